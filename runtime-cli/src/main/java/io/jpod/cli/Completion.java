package io.jpod.cli;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import picocli.AutoComplete;

final class Completion implements Verb {
    /** The script serves both: zsh loads it with bashcompinit. */
    private enum Shell {
        BASH,
        ZSH
    }

    private Shell shell = Shell.BASH;

    @Override
    public void define(Definition d) {
        d.operand("SHELL", "bash or zsh.", Shell.class, shell, v -> shell = v);
        d.examples("source <(jpod completion bash)", "jpod completion bash >/etc/bash_completion.d/jpod");
    }

    @Override
    public int call(Jpod jpod) {
        String script = AutoComplete.bash("jpod", new Cli().definition().commandLine());
        jpod.out().print(shell == Shell.ZSH ? "autoload -U +X bashcompinit && bashcompinit\n" + script : script);
        jpod.out().flush();
        return OK;
    }
}

package io.jpod.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "completion",
        description = "Print a script that lets the shell complete jpod's command line.",
        footer = {
            "",
            "Examples:",
            "  source <(jpod completion bash)",
            "  jpod completion bash >/etc/bash_completion.d/jpod"
        })
final class Completion implements Callable<Integer> {
    /** The script serves both: zsh loads it with bashcompinit. */
    private enum Shell {
        BASH,
        ZSH
    }

    @ParentCommand
    private Jpod jpod;

    @picocli.CommandLine.Spec
    private CommandSpec command;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell;

    @Override
    public Integer call() {
        String script = AutoComplete.bash("jpod", command.root().commandLine());
        jpod.caller()
                .out()
                .print(shell == Shell.ZSH ? "autoload -U +X bashcompinit && bashcompinit\n" + script : script);
        jpod.caller().out().flush();
        return ExitCode.OK.number();
    }
}

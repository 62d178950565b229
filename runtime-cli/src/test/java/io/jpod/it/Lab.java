package io.jpod.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A page of docs/labs: what is typed in its blocks marked {@code console}, and what should come of it. See docs/labs/README.md. */
record Lab(Path page, List<Command> commands) {
    private static final String FENCE = "```";
    /** Behind {@code console}: only where cgroup v2 has the controllers for limits. */
    private static final String CONTROLLERS = "controllers";

    /**
     * @param line where it stands in the page, from 1
     * @param section below which heading, counted from the top: what names in angle brackets stand for, they do up to the next
     * @param text what is typed, perhaps several lines
     * @param expected the lines below it
     */
    record Command(int line, int section, String text, List<String> expected, boolean needsControllers) {}

    static Lab read(Path page) throws IOException {
        return new Lab(page, parse(Files.readAllLines(page)));
    }

    static List<Lab> all() throws IOException {
        List<Lab> labs = new ArrayList<>();
        try (var pages = Files.newDirectoryStream(Jpod.HOME.resolve("docs/labs"), "[0-9]*.md")) {
            for (Path page : pages) {
                labs.add(read(page));
            }
        }
        labs.sort((a, b) -> a.page.compareTo(b.page));
        return labs;
    }

    String name() {
        return page.getFileName().toString();
    }

    boolean hasLimits() {
        return commands.stream().anyMatch(Command::needsControllers);
    }

    static List<Command> parse(List<String> lines) {
        List<Command> commands = new ArrayList<>();
        int section = 0;
        boolean inBlock = false;
        boolean isTyping = false;
        boolean needsControllers = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(FENCE)) {
                List<String> info =
                        List.of(line.substring(FENCE.length()).strip().split(" +"));
                inBlock = !inBlock && info.getFirst().equals("console");
                needsControllers = info.contains(CONTROLLERS);
                isTyping = false;
            } else if (!inBlock && line.startsWith("#")) {
                section++;
            } else if (inBlock && line.startsWith("$ ")) {
                commands.add(new Command(i + 1, section, line.substring(2), new ArrayList<>(), needsControllers));
                isTyping = true;
            } else if (inBlock && isTyping && line.startsWith("> ")) {
                Command command = commands.removeLast();
                commands.add(new Command(
                        command.line,
                        section,
                        command.text + "\n" + line.substring(2),
                        command.expected,
                        needsControllers));
            } else if (inBlock) {
                if (commands.isEmpty()) {
                    throw new IllegalArgumentException("line " + (i + 1) + " shows output before any command");
                }
                commands.getLast().expected.add(line);
                isTyping = false;
            }
        }
        return List.copyOf(commands);
    }
}

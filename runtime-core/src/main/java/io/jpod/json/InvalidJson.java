package io.jpod.json;

/**
 * A JSON file that cannot be used as it is. The message is one line, {@code FILE: PATH: REASON}, and values that come from
 * the file are shortened and escaped in it.
 */
public final class InvalidJson extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;

    /**
     * @param file the name of the file as the user knows it, such as config.json
     * @param path the place in it, such as {@code mounts[4].destination}; "" for the file as a whole
     */
    public InvalidJson(String file, String path, String reason) {
        super(file + ": " + (path.isEmpty() ? "" : path + ": ") + reason);
        this.path = path;
    }

    /** The place in the file, such as {@code linux.resources.unified["memory.high"]}; "" for the file as a whole. */
    public String path() {
        return path;
    }
}

package io.jpod.engine;

import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A wish that cannot be fulfilled as it is: its message names the field of {@link Wish} or {@link Command}, and the value. */
public final class InvalidWish extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Function<UnaryOperator<String>, String> text;

    /** @param field as it is called there */
    public InvalidWish(String field, String why) {
        this(names -> names.apply(field) + ": " + why, null);
    }

    /** @param text from what somebody calls the fields */
    InvalidWish(Function<UnaryOperator<String>, String> text, @org.jspecify.annotations.Nullable Throwable cause) {
        super(text.apply(UnaryOperator.identity()), cause);
        this.text = text;
    }

    /**
     * The message in the words of a door.
     *
     * @param names what it calls a field
     */
    public String in(UnaryOperator<String> names) {
        return text.apply(names);
    }
}

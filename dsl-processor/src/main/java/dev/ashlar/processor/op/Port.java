package dev.ashlar.processor.op;

/**
 * An input of an operator.
 *
 * @param name its name; an input may go there by its parameter's name or by {@code @In(to)}
 * @param optional whether it may be left out
 * @param variadic whether it takes any number of tensors, at least two, in order of the parameters; then it is the only port
 */
public record Port(String name, boolean optional, boolean variadic) {
    /** A port that needs exactly one tensor. */
    public static Port required(String name) {
        return new Port(name, false, false);
    }

    /** A port that may stay empty. */
    public static Port optional(String name) {
        return new Port(name, true, false);
    }

    /** The port of an operator over any number of tensors. */
    public static Port variadic(String name) {
        return new Port(name, false, true);
    }
}

package dev.ashlar.processor.op;

/**
 * A tensor that an operator owns.
 *
 * @param name its name below the operator: {@code "weight"}
 * @param initial its first values, unless the user asks for others
 * @param decay whether weight decay applies
 * @param buffer whether it is no parameter but a buffer that forward updates (running statistics): always float32, never trained
 */
public record ParameterDeclaration(String name, Initial initial, boolean decay, boolean buffer) {
    /** A weight: decayed. */
    public static ParameterDeclaration weight(String name, Initial initial) {
        return new ParameterDeclaration(name, initial, true, false);
    }

    /** A bias, or the scale of a norm: not decayed. */
    public static ParameterDeclaration vector(String name, double value) {
        return new ParameterDeclaration(name, new Initial.Constant(value), false, false);
    }

    /** A bias with initial values of its own: not decayed. */
    public static ParameterDeclaration bias(String name, Initial initial) {
        return new ParameterDeclaration(name, initial, false, false);
    }

    /** A buffer. */
    public static ParameterDeclaration buffer(String name, double value) {
        return new ParameterDeclaration(name, new Initial.Constant(value), false, true);
    }
}

package dev.ashlar.dsl;

/** Which formula {@link Gelu} uses. */
public enum GeluForm {
    /** The tanh approximation, as in GPT-2. */
    TANH,

    /** The exact form by the error function. */
    ERF
}

package dev.ashlar.processor.diagnostic;

/**
 * One finding.
 *
 * @param code its stable code
 * @param severity error or warning
 * @param source where the compiler points
 * @param message one root cause and a next step, without the code
 */
public record Diagnostic(Code code, Severity severity, Source source, String message) {
    /** The message with its code, as users see it: {@code "[ASH-041] …"}. */
    public String text() {
        return "[" + code.id() + "] " + message;
    }
}

package dev.ashlar.processor.diagnostic;

import java.util.ArrayList;
import java.util.List;

/** Collects findings in the order they are made; the same finding at the same place counts once. */
public final class Diagnostics {
    private final List<Diagnostic> found = new ArrayList<>();

    /** Reports an error: nothing is generated for the plan it belongs to. */
    public void error(Code code, Source source, String message) {
        add(new Diagnostic(code, Severity.ERROR, source, message));
    }

    /** Reports a warning. */
    public void warning(Code code, Source source, String message) {
        add(new Diagnostic(code, Severity.WARNING, source, message));
    }

    /** Reports what stopped the reading of one thing. */
    public void error(ModelException stopped) {
        error(stopped.code(), stopped.source(), String.valueOf(stopped.getMessage()));
    }

    private void add(Diagnostic diagnostic) {
        if (!found.contains(diagnostic)) {
            found.add(diagnostic);
        }
    }

    /** Whether any error was reported. */
    public boolean hasErrors() {
        return found.stream().anyMatch(d -> d.severity() == Severity.ERROR);
    }

    /** Whether an error of this code was reported. */
    public boolean has(Code code) {
        return found.stream().anyMatch(d -> d.code() == code);
    }

    /** All findings so far. */
    public List<Diagnostic> all() {
        return List.copyOf(found);
    }
}

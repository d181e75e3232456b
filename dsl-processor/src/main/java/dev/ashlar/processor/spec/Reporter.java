package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostic;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Severity;
import java.util.HashSet;
import java.util.Set;
import javax.annotation.processing.Messager;
import javax.tools.Diagnostic.Kind;

/** Hands findings to the compiler, each once, at the very parameter, method or annotation value. */
public final class Reporter {
    private final Messager messager;
    // A block that several plans use is read for each of them: what is wrong with it is said once.
    private final Set<Diagnostic> reported = new HashSet<>();
    // And a jar without companions once, however many models use it.
    private final Set<String> lost = new HashSet<>();

    /** A reporter for one run of the compiler. */
    public Reporter(Messager messager) {
        this.messager = messager;
    }

    /** Prints all findings that were not printed yet. */
    public void print(Diagnostics diagnostics) {
        for (Diagnostic diagnostic : diagnostics.all()) {
            boolean lostNames = diagnostic.code() == Code.NO_COMPANION;
            if (lostNames ? lost.add(diagnostic.message()) : reported.add(diagnostic)) {
                print(diagnostic);
            }
        }
    }

    private void print(Diagnostic diagnostic) {
        Kind kind = diagnostic.severity() == Severity.ERROR ? Kind.ERROR : Kind.WARNING;
        if (!(diagnostic.source() instanceof ElementSource source)) {
            messager.printMessage(kind, diagnostic.text());
            return;
        }
        String text = source.path().isEmpty()
                ? diagnostic.text()
                : diagnostic.text() + "\n  in " + source.path() + ", which comes from a class file";
        messager.printMessage(kind, text, source.element(), source.annotation(), source.value());
    }
}

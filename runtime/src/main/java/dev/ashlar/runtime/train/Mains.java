package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import java.io.PrintStream;

/** Runs what a {@code main} does and ends the process as every Ashlar program does: failures are one line and an exit code. */
public final class Mains {
    private static final int FINE = 0;
    private static final int BUG = 1;
    private static final int MISTAKE = 2;

    private Mains() {}

    /** What a {@code main} does. */
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    /**
     * Runs the body and returns if it ends well. An {@link AshlarException} ends the process with its sentence on stderr and exit code 2,
     * anything else with its kind and message and exit code 1; the trace is printed with {@code -Dashlar.debug=true} only.
     */
    public static void run(Body body) {
        int code = exitCode(body, System.err);
        if (code != FINE) {
            System.exit(code);
        }
    }

    static int exitCode(Body body, PrintStream errors) {
        try {
            body.run();
            return FINE;
        } catch (AshlarException e) {
            return failed(e, String.valueOf(e.getMessage()), MISTAKE, errors);
        } catch (Exception e) {
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            return failed(
                    e,
                    e.getClass().getSimpleName() + ": " + message + "; run with -D" + Settings.DEBUG_PROPERTY
                            + "=true for the trace and report it",
                    BUG,
                    errors);
        }
    }

    private static int failed(Exception e, String line, int code, PrintStream errors) {
        errors.println("error: " + line.replaceAll("\\s*\\R\\s*", " "));
        if (Boolean.getBoolean(Settings.DEBUG_PROPERTY)) {
            e.printStackTrace(errors);
        }
        return code;
    }
}

package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.dist.PeerException;
import java.io.PrintStream;

/** Runs what a {@code main} does and ends the process as every Ashlar program does: failures are one line and an exit code. */
public final class Mains {
    private static final int FINE = 0;
    private static final int BUG = 1;
    private static final int MISTAKE = 2;
    private static final int PEER = 3;

    private Mains() {}

    /** What a {@code main} does. */
    @FunctionalInterface
    public interface Body {
        void run() throws Exception;
    }

    /**
     * Runs the body and returns if it ends well. An {@link AshlarException} ends the process with its sentence on stderr and exit code 2, or
     * 3 if another rank failed first, anything else with its kind and message and exit code 1; the trace is printed with {@code -Dashlar.debug=true} only.
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
            return failed(e, String.valueOf(e.getMessage()), isPeers(e) ? PEER : MISTAKE, errors);
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

    private static boolean isPeers(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof PeerException) {
                return true;
            }
        }
        return false;
    }

    private static int failed(Exception e, String line, int code, PrintStream errors) {
        errors.println("error: " + line.replaceAll("\\s*\\R\\s*", " "));
        if (Boolean.getBoolean(Settings.DEBUG_PROPERTY)) {
            e.printStackTrace(errors);
        }
        return code;
    }
}

package dev.ashlar.runtime.train;

import java.io.Console;
import java.lang.reflect.Method;

/** Whether a person watches. */
final class Terminal {
    private Terminal() {}

    /** From JDK 22 on there may be a console without a terminal; its {@code isTerminal} then says so. */
    static boolean interactive() {
        Console console = System.console();
        if (console == null || "dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            Method isTerminal = Console.class.getMethod("isTerminal");
            return (boolean) isTerminal.invoke(console);
        } catch (NoSuchMethodException e) {
            return true; // before JDK 22 a console is a terminal
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}

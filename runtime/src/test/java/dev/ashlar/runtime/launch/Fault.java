package dev.ashlar.runtime.launch;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** What goes wrong with one rank, and what is to be seen of it. */
enum Fault {
    NONE("nothing", 0, ""),
    KILLED_BEFORE("killed before a collective", 137, "rank 1 does not run any more"),
    KILLED_INSIDE("killed inside a collective", 137, "rank 1 does not run any more"),
    KILLED_AFTER("killed after a collective", 137, "rank 1 does not run any more"),
    KILLED_FIRST("rank 0, which has the store, killed", 137, "rank 0"),
    STOPPED("stopped (SIGSTOP), limit of a step 3 s", 3, "rank 1 does not run any more; it was last seen in step 1"),
    SLOW(
            "behind, limit of a step 3 s",
            3,
            "rank 1 is behind: it is in step 1 at 'first', rank 0 in step 1 at 'second'"),
    THROWS("throws in a step", 2, "rank 1 failed in step 1: there is no data left"),
    THROWS_ERROR("has no heap left in a step", 1, "rank 1 failed in step 1: java.lang.OutOfMemoryError"),
    THROWS_OUTSIDE("throws between steps", 2, "rank 1 has ended after step 0"),
    MISSING("missing at start, limit 3 s", 3, "rank 1 did not come within 3 s"),
    WRONG_WORLD_SIZE("three ranks for a plan of two", 2, "the plan P is for 2 ranks, but 3 were started"),
    OTHER_PLAN("another version of the plan", 2, "(planHash) is another on rank 1 but p on rank 0"),
    FULL_DISK("full disk during a save", 2, "cannot be written"),
    KILLED_IN_SAVE("killed during a save", 137, "rank 1 does not run any more");

    static final String ANNOUNCED = "fault at ";

    private final String words;
    private final int code;
    private final String message;

    /**
     * @param code with which the launcher ends
     * @param message that the other rank gives, or a part of it
     */
    Fault(String words, int code, String message) {
        this.words = words;
        this.code = code;
        this.message = message;
    }

    String words() {
        return words;
    }

    int code() {
        return code;
    }

    String message() {
        return message;
    }

    /** The rank that it happens to. */
    int rank() {
        return this == KILLED_FIRST ? 0 : 1;
    }

    int ranks() {
        return this == WRONG_WORLD_SIZE ? 3 : 2;
    }

    /** Says when it happens. */
    static void announce() {
        System.out.println(ANNOUNCED + System.currentTimeMillis());
    }

    static void kill() {
        signal("KILL");
    }

    /** Ends or stops this process as the system would. */
    static void signal(String name) {
        call("kill", "-" + name, self());
    }

    /** Lets this process write no file of 32 KiB or more. */
    static void limitFiles() {
        call("prlimit", "--pid", self(), "--fsize=32768");
    }

    private static String self() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static void call(String... command) {
        try {
            new ProcessBuilder(command).start().waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new AshlarException("this test needs the command " + command[0], e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

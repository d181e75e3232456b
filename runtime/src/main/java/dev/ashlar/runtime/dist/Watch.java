package dev.ashlar.runtime.dist;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One rank's eye on the others: a thread that says where this rank is and listens for one that fails. The thread that trains never asks the
 * store itself, so that a store that does not answer holds up nobody.
 */
public final class Watch implements AutoCloseable {
    private static final String FAILED = "failed";
    private static final long BEAT_NANOS = 200_000_000;
    /** A rank whose beats stay the same for so long is not running. */
    private static final long SILENCE_NANOS = 5 * BEAT_NANOS;

    /** How long a rank that fails may take to say so after its connections broke. */
    private static final long GRACE_NANOS = 3 * BEAT_NANOS;

    private static final long STORE_NANOS = 15 * BEAT_NANOS;
    private static final long POLL_MILLIS = 10;

    private final Board board;
    private final int rank;
    private final int ranks;
    private volatile long step;
    private volatile long calls;
    private volatile String place = "";
    private volatile @Nullable String alarm;
    private volatile @Nullable String own;
    private volatile boolean told;
    private volatile boolean asked;
    private volatile @Nullable String verdict;
    private volatile boolean suspecting;
    private volatile @Nullable Optional<String> finding;
    private volatile boolean closing;
    private long beats;
    private @Nullable Thread thread;

    private Watch(Board board, int rank, int ranks) {
        this.board = board;
        this.rank = rank;
        this.ranks = ranks;
    }

    /** Of a rank that is alone. */
    public static Watch none() {
        return new Watch(Board.single(), 0, 1);
    }

    /** Starts to watch. */
    public static Watch start(Board board, int rank, int ranks) {
        Watch watch = new Watch(board, rank, ranks);
        Thread thread = new Thread(watch::run, "watch of rank " + rank);
        thread.setDaemon(true);
        watch.thread = thread;
        thread.start();
        return watch;
    }

    private void run() {
        try {
            while (!closing) {
                beat();
                LockSupport.parkNanos(BEAT_NANOS);
            }
            tell();
            board.post("left " + rank, "after step " + step);
        } catch (RuntimeException e) {
            alarm = "rank 0, which has the store, has gone: " + Rendezvous.firstLine(e);
        }
    }

    private void beat() {
        board.post("beat " + rank, ++beats + ";" + step + ";" + calls + ";" + place);
        tell();
        if (alarm == null) {
            board.read(FAILED).ifPresent(text -> alarm = text);
        }
        if (asked && verdict == null) {
            verdict = investigate();
        }
        if (suspecting && finding == null) {
            finding = silent();
        }
    }

    /** The first that fails is the one that others hear of. */
    private void tell() {
        String text = own;
        if (text != null && !told) {
            if (board.read(FAILED).isEmpty()) {
                board.post(FAILED, text);
            }
            told = true;
        }
    }

    /** What is known of where a rank is. */
    private record Seen(int rank, String beat, long step, long calls, String place) {
        static Seen of(int rank, String text) {
            String[] parts = text.split(";", 4);
            return new Seen(rank, parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]);
        }

        boolean isBehind(Seen other) {
            return step < other.step || step == other.step && calls < other.calls;
        }

        String where() {
            return "in step " + step + (place.isEmpty() ? "" : " at '" + place + "'");
        }
    }

    private TreeMap<Integer, Seen> seen() {
        TreeMap<Integer, Seen> seen = new TreeMap<>();
        for (int other = 0; other < ranks; other++) {
            int number = other;
            board.read("beat " + other).ifPresent(text -> seen.put(number, Seen.of(number, text)));
        }
        return seen;
    }

    /** Who has gone, else who is behind. */
    private String investigate() {
        for (int other = 0; other < ranks; other++) {
            Optional<String> left = left(board, other);
            if (left.isPresent()) {
                return "rank " + other + " has ended " + left.get() + "; its own output says why";
            }
        }
        return silent().orElseGet(() -> behind(seen()));
    }

    /** The ranks that do not run any more, if there are any. */
    private Optional<String> silent() {
        TreeMap<Integer, Seen> before = seen();
        long end = System.nanoTime() + SILENCE_NANOS;
        while (System.nanoTime() - end < 0) {
            board.post("beat " + rank, ++beats + ";" + step + ";" + calls + ";" + place);
            LockSupport.parkNanos(BEAT_NANOS);
        }
        TreeMap<Integer, Seen> after = seen();
        List<String> silent = new ArrayList<>();
        for (Seen last : after.values()) {
            Seen earlier = before.get(last.rank());
            if (last.rank() != rank && earlier != null && earlier.beat().equals(last.beat())) {
                silent.add("rank " + last.rank() + " does not run any more; it was last seen " + last.where());
            }
        }
        return silent.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", silent));
    }

    private String behind(TreeMap<Integer, Seen> seen) {
        Seen self = new Seen(rank, "", step, calls, place);
        Seen last = self;
        for (Seen other : seen.values()) {
            last = other.rank() != rank && other.isBehind(last) ? other : last;
        }
        return last == self
                ? "no rank is behind rank " + rank + ", which is " + self.where()
                : "rank " + last.rank() + " is behind: it is " + last.where() + ", rank " + rank + " " + self.where();
    }

    /** Where the ranks leave each other notes. */
    public Board board() {
        return board;
    }

    /** What a rank has last said of itself; the same twice in a second or more if it does not run. */
    public static Optional<String> beat(Board board, int rank) {
        return board.read("beat " + rank);
    }

    /** When a rank has ended, as {@code "after step 3"}; empty as long as it has not, or if it had no time to say so. */
    public static Optional<String> left(Board board, int rank) {
        return board.read("left " + rank);
    }

    /** Says which training step begins. */
    public void step(long number) {
        step = number;
        place = "";
        LockSupport.unpark(thread);
    }

    /** Says what this rank does next. */
    void at(String what) {
        place = what;
        calls++; // only the thread that trains writes it
    }

    /** What the rank that failed first said, once it has. */
    Optional<String> alarm() {
        return Optional.ofNullable(alarm);
    }

    /**
     * Tells the others that this rank fails.
     *
     * @param message with this rank's name
     */
    public void fail(String message) {
        Thread watching = thread;
        if (watching != null) {
            own = message;
            LockSupport.unpark(watching);
            waitFor(STORE_NANOS, () -> told || alarm != null);
        }
    }

    /** Why a collective failed: what the rank that failed says; else who has gone or is behind, which the others are told. */
    String explanation(String failure) {
        waitFor(GRACE_NANOS, () -> alarm != null);
        if (alarm == null) {
            asked = true;
            waitFor(STORE_NANOS, () -> verdict != null || alarm != null);
        }
        String known = alarm;
        if (known != null) {
            return known;
        }
        String found = verdict;
        String text = (found != null ? found : "rank 0, which has the store, does not answer") + " (" + failure + ")";
        fail(text);
        return text;
    }

    /** Which ranks do not run any more; empty if all do, or if the answer takes too long. The others are told. */
    Optional<String> lost() {
        finding = null;
        suspecting = true;
        LockSupport.unpark(thread);
        waitFor(STORE_NANOS, () -> finding != null || alarm != null);
        suspecting = false;
        Optional<String> found = finding;
        if (alarm != null || found == null) {
            return alarm();
        }
        found.ifPresent(this::fail);
        return found;
    }

    private interface Condition {
        boolean holds();
    }

    private static void waitFor(long nanos, Condition condition) {
        long end = System.nanoTime() + nanos;
        while (!condition.holds() && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Says that this rank has ended and stops watching. */
    @Override
    public void close() {
        Thread watching = thread;
        if (watching == null) {
            return;
        }
        closing = true;
        LockSupport.unpark(watching);
        try {
            watching.join(STORE_NANOS / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

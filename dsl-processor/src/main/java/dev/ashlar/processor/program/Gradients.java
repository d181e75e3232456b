package dev.ashlar.processor.program;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Memory of the gradients of parameters, by full name, and of reductions of gradients that are running. */
final class Gradients {
    private static final Storage.Maker GRADIENT = new Storage.Maker("", "", "", "gradients", "");

    private final MemoryLedger ledger;
    private final Map<String, Storage> byName = new LinkedHashMap<>();
    private final Deque<Running> running = new ArrayDeque<>();

    private record Running(Storage source, List<String> names) {}

    Gradients(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    /** Adds a gradient, which is given away, to what a parameter has. */
    void add(String name, Storage gradient) {
        if (byName.containsKey(name)) {
            ledger.release(gradient);
        } else {
            ledger.become(gradient, GRADIENT);
            byName.put(name, gradient);
        }
    }

    /** Starts to reduce what is given away. */
    void start(Storage source, List<String> names) {
        ledger.become(source, GRADIENT);
        running.addLast(new Running(source, names));
    }

    /** Adds what was started first to its parameters, until no more than so many reductions are running. */
    void await(int most) {
        while (running.size() > most) {
            Running first = running.removeFirst();
            first.names().forEach(name -> add(name, first.source().share()));
            ledger.release(first.source());
        }
    }

    /** Parameters that have a gradient. */
    Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /** Bytes of all; what several parameters share counts once. */
    long bytes() {
        return new LinkedHashSet<>(byName.values())
                .stream().mapToLong(Storage::bytes).sum();
    }

    /**
     * Frees all.
     *
     * @throws IllegalStateException if a reduction is running
     */
    void release() {
        if (!running.isEmpty()) {
            throw new IllegalStateException(
                    "nothing waits for the gradients of " + running.getFirst().names());
        }
        byName.values().forEach(ledger::release);
        byName.clear();
    }
}

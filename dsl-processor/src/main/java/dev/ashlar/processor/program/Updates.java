package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.graph.ScopeParameter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The gradients of parameters while a step is executed, and the updates that end them. */
final class Updates {
    static final Storage.Maker GRADIENT = new Storage.Maker("", "", "", "gradients", "");

    private final MemoryLedger ledger;
    private final StepSettings settings;
    /** By full name of the parameter. */
    private final Map<String, Storage> gradients = new LinkedHashMap<>();

    private final Deque<Running> running = new ArrayDeque<>();
    private String phase = "";
    private long bytes;
    private long mostBytes;

    /**
     * A reduction of one gradient, or of several that lie one after the other.
     *
     * @param sum the source itself, or what it is scattered to
     */
    private record Running(String at, Storage source, Storage sum, List<String> parameters) {}

    Updates(MemoryLedger ledger, StepSettings settings) {
        this.ledger = ledger;
        this.settings = settings;
    }

    void phase(String name) {
        phase = name;
    }

    /** The most that all gradients take at once. */
    long mostBytes() {
        return mostBytes;
    }

    /** A parameter's first gradient stays; what is added to it is gone. */
    void add(String parameter, Storage gradient) {
        if (gradients.containsKey(parameter)) {
            ledger.release(gradient);
            return;
        }
        count(gradient);
        gradients.put(parameter, gradient);
    }

    private void count(Storage gradient) {
        ledger.become(gradient, GRADIENT);
        bytes += gradient.bytes();
        mostBytes = Math.max(mostBytes, bytes);
    }

    /**
     * Starts to reduce gradients, which are given away.
     *
     * @param sum where the result will be: the source itself, or memory of its own
     */
    void start(String at, Storage source, Storage sum, List<String> parameters) {
        count(sum);
        running.addLast(new Running(at, source, sum, parameters));
    }

    /** Waits for the reduction that was started for something. */
    void finish(String at) {
        Running finished = running.stream()
                .filter(r -> r.at().equals(at))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no reduction of " + at + " is running"));
        running.remove(finished);
        finish(finished);
    }

    /** Adds what was started first to its parameters, until no more than so many reductions are running. */
    void await(int most) {
        while (running.size() > most) {
            finish(running.removeFirst());
        }
    }

    private void finish(Running finished) {
        if (finished.source() != finished.sum()) {
            ledger.release(finished.source());
        }
        for (String parameter : finished.parameters()) {
            if (!gradients.containsKey(parameter)) {
                gradients.put(parameter, finished.sum().share());
            }
        }
        release(finished.sum());
    }

    /**
     * Updates one parameter.
     *
     * @param name its full name
     * @throws IllegalStateException if it has no gradient
     */
    void one(Frame frame, String name, ScopeParameter parameter) {
        Storage gradient = gradients.remove(name);
        if (gradient == null) {
            throw new IllegalStateException(name + " is updated without a gradient");
        }
        ledger.enter(phase, frame.path() + "update " + parameter.name());
        ledger.workspace(settings.updateWorkspaceBytes(parameter.updated().elements()));
        release(gradient);
        gather(frame.path() + "gather " + parameter.name(), parameter.update());
    }

    /** Updates all parameters that have gradients. */
    void all(List<ModelParameter> parameters) {
        if (!running.isEmpty()) {
            throw new IllegalStateException(
                    "nothing waits for the gradients of " + running.getFirst().parameters());
        }
        if (gradients.isEmpty()) {
            return;
        }
        Set<String> due = Set.copyOf(gradients.keySet());
        ledger.enter(phase, "optimizer");
        ledger.workspace(parameters.stream()
                .filter(p -> due.contains(p.name()))
                .mapToLong(p -> settings.updateWorkspaceBytes(p.updated().elements()))
                .max()
                .orElse(0));
        List<Storage> released = List.copyOf(gradients.values());
        gradients.clear();
        bytes = 0;
        released.forEach(ledger::release);
        parameters.stream().filter(p -> due.contains(p.name())).forEach(p -> gather("gather " + p.name(), p.update()));
    }

    /** What several parameters share goes with the last of them. */
    private void release(Storage gradient) {
        if (!gradients.containsValue(gradient)) {
            bytes -= gradient.bytes();
        }
        ledger.release(gradient);
    }

    /** What is gathered completes the parameter where its parts lie one after the other; else it is made beside it and copied. */
    private void gather(String at, List<Hop> hops) {
        if (hops.stream().allMatch(hop -> hop.transfer().completes())) {
            return;
        }
        Optional<Storage> current = Optional.empty();
        for (Hop hop : hops) {
            ledger.enter(phase, at);
            Storage next = ledger.allocate(settings.bytes(hop.type()), new Storage.Maker("", "", at, at, ""));
            ledger.workspace(hop.transfer().workspaceBytes());
            current.ifPresent(ledger::release);
            current = Optional.of(next);
        }
        current.ifPresent(ledger::release);
    }
}

package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Value;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Whose memory a routine may write on: what its own kernels made, and nobody else has. */
final class Ownership {
    private final Liveness liveness;
    private final Set<Value> saved;
    private final Map<Value, Value> storage = new HashMap<>();
    private final Set<Value> fresh = new HashSet<>();
    /** How many blocks run before the step that makes a tensor. */
    private final Map<Value, Integer> blocksBefore = new HashMap<>();

    private int blocks;
    /** Storage that something else has a handle on as well, and may keep or pass on. */
    private final Set<Value> held = new HashSet<>();

    /** @param saved what backward reads of forward */
    Ownership(Liveness liveness, Set<Value> saved) {
        this.liveness = liveness;
        this.saved = saved;
    }

    /** Notes where among the blocks a step stands. */
    void enter(Step step) {
        blocks += step instanceof Step.BlockForward || step instanceof Step.BlockBackward ? 1 : 0;
        Liveness.makes(step).forEach(v -> blocksBefore.put(v, blocks));
    }

    /** The routine itself made a tensor. */
    void made(Value value) {
        fresh.add(value);
    }

    /** A tensor lies where another one did. */
    void takes(Value value, Value place) {
        storage.put(value, root(place));
    }

    /** Something else gets a handle on a tensor's memory. */
    void hold(Value value) {
        held.add(root(value));
    }

    private Value root(Value value) {
        Value base = value.storage();
        return storage.containsKey(base) ? root(storage.get(base)) : base;
    }

    /**
     * Whether a tensor that dies may be overwritten: a kernel of this routine made its storage (an argument's may belong to others as well)
     * behind the last block, no block has it, and no other tensor that is read later shares it.
     *
     * @param others tensors that have slots
     */
    boolean isOverwritable(Value value, int position, Collection<Value> others) {
        Value root = root(value);
        if (blocksBefore.getOrDefault(root, 0) < blocks
                || !fresh.contains(root)
                || held.contains(root)
                || saved.contains(value)) {
            return false;
        }
        return others.stream()
                .filter(other -> other != value && root(other) == root)
                .noneMatch(other -> liveness.lastUse(other) > position || saved.contains(other));
    }
}

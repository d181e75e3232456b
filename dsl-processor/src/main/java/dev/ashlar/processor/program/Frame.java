package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.UseNode;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One repetition of a scope: its names and what it has saved. */
final class Frame {
    private final String path;
    private final String group;
    private final String parameters;
    private final Map<String, Storage> fields = new HashMap<>();
    private final Map<UseNode, Map<Long, Frame>> blocks = new IdentityHashMap<>();
    private final Map<UseNode, Map<Long, List<Storage>>> segments = new IdentityHashMap<>();

    private Frame(String path, String group, String parameters) {
        this.path = path;
        this.group = group;
        this.parameters = parameters;
    }

    static Frame root() {
        return new Frame("", "", "");
    }

    /** The frame of one repetition of a block, the same one at every call. */
    Frame block(UseNode use, long index) {
        return blocks.computeIfAbsent(use, u -> new HashMap<>()).computeIfAbsent(index, i -> {
            boolean repeated = use.repeats().isPresent();
            return new Frame(
                    path + use.name() + (repeated ? "[" + i + "]." : "."),
                    group + use.name() + (repeated ? "[*]." : "."),
                    parameters + Trainable.instance(use, i));
        });
    }

    /** Leaves for backward what the first repetition of a segment is given. */
    void enterSegment(UseNode use, long from, List<Storage> given) {
        segments.computeIfAbsent(use, u -> new HashMap<>()).put(from, given);
    }

    /** Takes what the first repetition of a segment was given. */
    List<Storage> takeSegment(UseNode use, long from) {
        return Objects.requireNonNull(segments.getOrDefault(use, Map.of()).remove(from), "no segment from " + from);
    }

    /** {@code "body[3]."}; empty for the model. */
    String path() {
        return path;
    }

    /** Full name of a parameter of the scope. */
    String parameter(String name) {
        return parameters + name;
    }

    Map<String, Storage> fields() {
        return fields;
    }

    Storage.Maker maker(String operator, String tensor, String where) {
        return new Storage.Maker(path, group, operator, tensor, where);
    }
}

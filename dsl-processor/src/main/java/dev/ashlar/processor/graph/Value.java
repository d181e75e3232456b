package dev.ashlar.processor.graph;

import dev.ashlar.processor.op.Handle;
import dev.ashlar.processor.op.TensorType;
import java.util.Optional;

/**
 * A tensor of a scope. Identity, not content, tells two apart.
 *
 * <p>One made by an operator has that operator's name; one that a kernel makes on the way has a name of its own within the scope.
 */
public final class Value implements Handle {
    private String name;
    private final TensorType type;
    private final Optional<Value> viewOf;

    private Value(String name, TensorType type, Optional<Value> viewOf) {
        this.name = name;
        this.type = type;
        this.viewOf = viewOf;
    }

    /** A tensor with storage of its own. */
    public static Value of(String name, TensorType type) {
        return new Value(name, type, Optional.empty());
    }

    /** A tensor that may share the storage of another. */
    public static Value view(String name, TensorType type, Value base) {
        return new Value(name, type, Optional.of(base.storage()));
    }

    /** Its name: {@code "ln1"}, {@code "attn.q"}, {@code "ln1.mean"}. */
    public String name() {
        return name;
    }

    /** Names a gradient after what it is the gradient of, once that is known; only while it is being made. */
    void rename(String newName) {
        name = newName;
    }

    @Override
    public TensorType type() {
        return type;
    }

    /** The value that owns the storage this one may share; itself if it owns its own. */
    public Value storage() {
        return viewOf.orElse(this);
    }

    @Override
    public String toString() {
        return name + type;
    }
}

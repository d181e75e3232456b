package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.Hop;
import dev.ashlar.processor.op.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * A parameter or buffer of a model.
 *
 * @param name its full name: {@code "body.3.up.weight"}
 * @param type shape and element type
 * @param role what becomes of it
 * @param tiedTo full name of the parameter that it is; empty if it is one of its own
 * @param updated what the optimizer updates of it on one device, and the shape of its gradient there
 * @param update transfers in order that then bring the device what others have updated
 * @param bytes of its value and its master; 0 if it is tied
 * @param optimizerBytes of its optimizer state; 0 if it is tied
 */
public record ModelParameter(
        String name,
        TensorType type,
        Role role,
        Optional<String> tiedTo,
        TensorType updated,
        List<Hop> update,
        long bytes,
        long optimizerBytes) {
    /** Copies the list. */
    public ModelParameter {
        update = List.copyOf(update);
    }

    /** What becomes of a parameter in training. */
    public enum Role {
        TRAINABLE,
        FROZEN,
        BUFFER
    }

    /** Whether it has a gradient and optimizer state of its own. */
    public boolean trained() {
        return role == Role.TRAINABLE && tiedTo.isEmpty();
    }
}

package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.spec.PlanSpec;

/**
 * What memory depends on beside the program: how numbers are kept, and what the optimizer keeps, as the runtime's
 * {@code StatefulOptimizer} allocates it.
 *
 * @param computeBytes bytes of an element that is computed in
 * @param masters whether trained parameters have copies in 32-bit floats beside
 * @param moments tensors of state for every trained parameter, each as large as what the optimizer updates
 * @param counters whether every trained parameter has a counter of its own
 * @param directions tensors beside the state that an update makes for one parameter at a time
 * @param mostUpdatedAtOnce how many numbers of a parameter are updated at once
 */
public record StepSettings(
        int computeBytes, boolean masters, int moments, boolean counters, int directions, long mostUpdatedAtOnce) {
    private static final int FLOAT32 = Float.BYTES;

    /** The settings of a plan. */
    public static StepSettings of(TrainingGraph graph) {
        PlanSpec spec = graph.graph().spec();
        String precision = spec.train().precision();
        int computeBytes = precision.equals("FP32") ? FLOAT32 : Short.BYTES;
        boolean masters = precision.equals("BF16_MIXED");
        long most = graph.form().mostUpdatedAtOnce();
        if (!spec.mode().equals("TRAIN")) {
            return new StepSettings(computeBytes, masters, 0, false, 0, most);
        }
        return switch (spec.train().optimizer()) {
            // Momentum is a run-time setting; without it, which is the default, there is no state.
            case "SGD" -> new StepSettings(computeBytes, masters, 0, false, 0, most);
            case "ADAMW" -> new StepSettings(computeBytes, masters, 2, true, 0, most);
            case "LION" -> new StepSettings(computeBytes, masters, 1, false, 1, most);
            default ->
                throw new IllegalStateException(
                        "unknown optimizer " + spec.train().optimizer());
        };
    }

    /** Bytes of a tensor. */
    public long bytes(TensorType type) {
        return Math.multiplyExact(type.elements(), type.element().bytes(computeBytes));
    }

    /**
     * Bytes of a trained parameter beside the value itself: of its master, or of the copy of what is updated of it where that does not lie
     * in one piece, as the optimizer's kernels walk through memory.
     *
     * @param part what one device has of it
     * @param updated what that device updates of that
     */
    public long besideBytes(TensorType part, TensorType updated) {
        if (masters) {
            return Math.multiplyExact(updated.elements(), FLOAT32);
        }
        return isOnePiece(part, updated) ? 0 : bytes(updated);
    }

    /** Whether a slice of a tensor lies in one piece: what it cuts is cut along the first of its dimensions that have several elements. */
    private static boolean isOnePiece(TensorType whole, TensorType slice) {
        long stride = 1;
        long dense = 1;
        for (int i = slice.rank() - 1; i >= 0; i--) {
            if (slice.size(i) != 1 && stride != dense) {
                return false;
            }
            stride *= whole.size(i);
            dense *= slice.size(i);
        }
        return true;
    }

    /** Bytes of the optimizer's state for a parameter. */
    public long optimizerBytes(long elements) {
        return Math.multiplyExact(elements, moments * updatedBytes()) + (counters ? FLOAT32 : 0);
    }

    private int updatedBytes() {
        return masters ? FLOAT32 : computeBytes;
    }

    /**
     * Memory that the update of one parameter takes beside all gradients. With masters the gradient is widened first, and the narrow one
     * is let go before the rest, unless parameters are updated part by part.
     */
    public long updateWorkspaceBytes(long elements) {
        boolean parts = updatesInParts();
        long updated = Math.min(elements, mostUpdatedAtOnce);
        long widened = masters ? Math.multiplyExact(updated, FLOAT32) : 0;
        long released = masters && !parts ? Math.multiplyExact(updated, computeBytes) : 0;
        long direction = Math.multiplyExact(updated, directions * updatedBytes());
        return Math.max(widened, widened - released + direction);
    }

    /** Whether updates take memory, and therefore go part by part. */
    public boolean updatesInParts() {
        return mostUpdatedAtOnce < Long.MAX_VALUE && (masters || directions > 0);
    }
}

package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Where in the model the program is, and the check of results in debug mode. */
final class Trace {
    private final boolean debug;
    private final Deque<String> path = new ArrayDeque<>();
    private String operator = "";

    Trace(boolean debug) {
        this.debug = debug;
    }

    void enter(String block, int index) {
        path.addLast(block + "[" + index + "]");
        operator = "";
    }

    void enter(String block) {
        path.addLast(block);
        operator = "";
    }

    void leave() {
        path.removeLast();
        operator = "";
    }

    void reset() {
        path.clear();
        operator = "";
    }

    void at(String newOperator) {
        operator = newOperator;
    }

    /** For example {@code body[3].up}; empty outside any operator. */
    String where() {
        String blocks = String.join(".", path);
        if (operator.isEmpty()) {
            return blocks;
        }
        return blocks.isEmpty() ? operator : blocks + "." + operator;
    }

    Tensor checked(String kernel, Tensor output) {
        if (debug) {
            check(place(kernel), 0, output);
        }
        return output;
    }

    /** Checks what was started elsewhere. */
    void checkedAt(String where, String kernel, Tensor output) {
        if (debug) {
            check(where + " (" + kernel + ")", 0, output);
        }
    }

    <T extends @Nullable Tensor> T[] checked(String kernel, T[] outputs) {
        if (debug) {
            for (int i = 0; i < outputs.length; i++) {
                if (outputs[i] != null) {
                    check(place(kernel), i, outputs[i]);
                }
            }
        }
        return outputs;
    }

    /** libtorch would repeat a smaller operand without a word. */
    void requireSameShape(String kernel, Tensor a, Tensor b) {
        if (debug && !Arrays.equals(Tensors.shape(a), Tensors.shape(b))) {
            throw new AshlarException(
                    place(kernel) + ": " + Arrays.toString(Tensors.shape(b)) + " cannot be added in place to "
                            + Arrays.toString(Tensors.shape(a)) + "; the two must have one shape.");
        }
    }

    private String place(String kernel) {
        return where().isEmpty() ? kernel : where() + " (" + kernel + ")";
    }

    private void check(String place, int index, Tensor output) {
        if (!output.is_floating_point()) {
            return;
        }
        try (Tensor finite = output.isfinite();
                Tensor all = finite.all()) {
            if (all.item_long() == 0) {
                throw new NonFiniteException(message(place, index, output, finite));
            }
        }
    }

    private static String message(String place, int index, Tensor output, Tensor finite) {
        long bad;
        try (Tensor good = finite.sum()) {
            bad = output.numel() - good.item_long();
        }
        return place + ": output " + index + " holds NaN or infinity in " + bad + " of " + output.numel()
                + " elements; its inputs were finite, so look at their size, the learning rate and the precision.";
    }

    /** What libtorch threw, as one line that says where. */
    AshlarException explain(RuntimeException thrown) {
        if (thrown instanceof AshlarException ours) {
            return ours;
        }
        String text = String.valueOf(thrown.getMessage());
        String first = text.lines().findFirst().orElse("").strip();
        String place = where().isEmpty() ? "an operator" : where();
        return new AshlarException(place + " failed: " + first, thrown);
    }
}

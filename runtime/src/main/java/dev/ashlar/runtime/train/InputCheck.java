package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import java.util.Arrays;
import java.util.List;

/** Refuses batches that do not fit the plan, before anything reaches the device. */
final class InputCheck {
    private final List<InputInfo> expected;

    InputCheck(List<InputInfo> expected) {
        this.expected = expected;
    }

    void check(List<HostTensor> inputs) {
        if (inputs.size() != expected.size()) {
            throw new AshlarException(
                    "the batch has " + inputs.size() + " inputs, but the model reads " + expected.size() + ": "
                            + expected.stream().map(InputInfo::name).toList());
        }
        for (int i = 0; i < inputs.size(); i++) {
            check(expected.get(i), inputs.get(i));
        }
    }

    private static void check(InputInfo info, HostTensor input) {
        DType host = info.dtype().floating() ? DType.FLOAT32 : DType.INT64;
        if (input.dtype() != host) {
            throw new AshlarException("the input '" + info.name() + "' holds " + input.dtype()
                    + ", but the model reads " + host + "; give " + (host == DType.INT64 ? "longs" : "floats"));
        }
        List<Long> shape = Arrays.stream(input.shape()).boxed().toList();
        if (!shape.equals(info.shape())) {
            throw new AshlarException("the input '" + info.name() + "' has the shape " + shape
                    + ", but the plan was made for " + info.shape() + "; give that, or compile with other dims");
        }
        if (info.exclusiveUpperBound() != InputInfo.UNBOUNDED) {
            checkIds(info, input);
        }
    }

    private static void checkIds(InputInfo info, HostTensor input) {
        long[] ids = input.longs();
        for (int i = 0; i < ids.length; i++) {
            long id = ids[i];
            if ((id < 0 || id >= info.exclusiveUpperBound()) && id != info.alsoAllowed()) {
                String also = info.alsoAllowed() == InputInfo.NONE ? "" : " or be " + info.alsoAllowed();
                throw new AshlarException("the input '" + info.name() + "' has the id " + id + " at "
                        + Arrays.toString(position(i, input.shape())) + "; ids must lie in [0, "
                        + info.exclusiveUpperBound() + ")" + also);
            }
        }
    }

    private static long[] position(long index, long[] shape) {
        long[] position = new long[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            position[d] = index % shape[d];
            index /= shape[d];
        }
        return position;
    }
}

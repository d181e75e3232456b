package dev.ashlar.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** What an optimizer updates by one call: whole parameters, or so many numbers of one. Views that are made of them are closed with it. */
final class Share implements AutoCloseable {
    private final List<Parameter> parameters;
    private final long from;
    private final long count;
    private final List<Tensor> views = new ArrayList<>();

    private Share(List<Parameter> parameters, long from, long count) {
        this.parameters = parameters;
        this.from = from;
        this.count = count;
    }

    static Share whole(List<Parameter> parameters) {
        return new Share(parameters, 0, Long.MAX_VALUE);
    }

    /** The numbers {@code from .. from + count - 1} of a parameter, in the order of its elements. */
    static Share part(Parameter parameter, long from, long count) {
        return new Share(List.of(parameter), from, count);
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** Whether the parameters have not been updated in this step before. */
    boolean first() {
        return from == 0;
    }

    /** The part of a tensor that lies like the parameter; borrowed. */
    Tensor of(Tensor whole) {
        if (count == Long.MAX_VALUE) {
            return whole;
        }
        try (Tensor flat = whole.view(-1)) {
            Tensor part = flat.narrow(0, from, count);
            views.add(part);
            return part;
        }
    }

    @Override
    public void close() {
        views.forEach(Tensor::close);
    }
}

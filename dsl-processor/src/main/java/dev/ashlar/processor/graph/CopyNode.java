package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as some of its readers want it: laid out anew over the devices. Its gradient, added over these readers, is laid out as the
 * maker of the tensor wants it.
 *
 * @param name the tensor's name and that of the first reader: {@code "ln1 -> up"}
 * @param tensor what is read
 * @param copy what is made; the tensor itself if {@code forward} is empty
 * @param forward transfers in order
 * @param backward transfers of the gradient in order
 * @param group readers of other groups share nothing with these, even if their copies are alike
 */
public record CopyNode(
        String name, Value tensor, Value copy, List<Hop> forward, List<Hop> backward, String group, Source source)
        implements Node {
    /** Copies the lists. */
    public CopyNode {
        forward = List.copyOf(forward);
        backward = List.copyOf(backward);
    }

    @Override
    public List<Value> inputs() {
        return List.of(tensor);
    }

    @Override
    public List<Value> outputs() {
        return List.of(copy);
    }

    /** Identity: two may look alike and still be two. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}

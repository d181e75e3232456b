package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Whole;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.shard.Move;
import java.util.Optional;
import java.util.stream.Collectors;

/** Prints how tensors lie on the mesh. */
final class Layouts {
    private Layouts() {}

    /** Whether the devices do not all have the whole. */
    static boolean isCut(Whole whole) {
        Layout layout = Layout.parse(whole.layout());
        return !layout.equals(Layout.replicated(layout.placements().size()));
    }

    /**
     * {@code "[S0, R]"}, or {@code "[S0, S1] -> [S0, R]"} where a device updates a part of what it has; empty if every device has and
     * updates the whole.
     */
    static Optional<String> of(ScopeParameter parameter) {
        Optional<String> value = parameter.whole().map(Whole::layout);
        if (value.isEmpty()
                || (parameter.update().isEmpty() && !isCut(parameter.whole().get()))) {
            return Optional.empty();
        }
        String path = parameter.update().stream()
                .map(h -> ((Move) h.transfer()).from() + " -> ")
                .collect(Collectors.joining());
        return Optional.of(path + value.get());
    }

    /** {@code Layout.parse("[S0, R]")}. */
    static CodeBlock of(Whole whole) {
        return CodeBlock.of("$T.parse($S)", Names.LAYOUT, whole.layout());
    }
}

package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.Whole;
import dev.ashlar.processor.shard.Layout;

/** Prints how tensors lie on the mesh. */
final class Layouts {
    private Layouts() {}

    /** Whether the devices do not all have the whole. */
    static boolean isCut(Whole whole) {
        Layout layout = Layout.parse(whole.layout());
        return !layout.equals(Layout.replicated(layout.placements().size()));
    }

    /** {@code Layout.parse("[S0, R]")}. */
    static CodeBlock of(Whole whole) {
        return CodeBlock.of("$T.parse($S)", Names.LAYOUT, whole.layout());
    }
}

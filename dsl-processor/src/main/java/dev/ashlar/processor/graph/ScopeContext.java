package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.op.Catalogue;
import dev.ashlar.processor.spec.InterfaceSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the builders of one scope share. */
final class ScopeContext {
    final InterfaceSpec spec;
    final Sizes sizes;
    final Catalogue catalogue;
    final Diagnostics diagnostics;
    final BlockInstances instances;

    /** Nodes in the order they were built, each after those it reads. */
    final List<Node> nodes = new ArrayList<>();

    /** Where a tensor comes from, in words, for messages. */
    final Map<Value, String> origins = new HashMap<>();

    ScopeContext(
            InterfaceSpec spec, Sizes sizes, Catalogue catalogue, Diagnostics diagnostics, BlockInstances instances) {
        this.spec = spec;
        this.sizes = sizes;
        this.catalogue = catalogue;
        this.diagnostics = diagnostics;
        this.instances = instances;
    }

    String origin(Value value) {
        return origins.getOrDefault(value, value.name());
    }
}

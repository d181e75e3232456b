package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.op.Catalogue;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.op.TensorType;
import dev.ashlar.processor.spec.InterfaceSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The blocks of a plan, each built once for every combination of shapes it is used with. */
final class BlockInstances {
    private record Key(String block, Map<String, Long> dims, List<List<Long>> shapes, List<String> elements) {}

    private final Map<String, InterfaceSpec> blocks;
    private final Catalogue catalogue;
    private final Diagnostics diagnostics;
    private final Map<Key, Optional<Scope>> built = new HashMap<>();

    BlockInstances(Map<String, InterfaceSpec> blocks, Catalogue catalogue, Diagnostics diagnostics) {
        this.blocks = blocks;
        this.catalogue = catalogue;
        this.diagnostics = diagnostics;
    }

    Optional<InterfaceSpec> spec(String qualifiedName) {
        return Optional.ofNullable(blocks.get(qualifiedName));
    }

    /**
     * The block with these sizes and inputs; empty if it has errors, which are reported.
     *
     * @param inputs in order of the names of the block's inputs
     * @param origins where the inputs come from, in words
     * @param user the use that asks for it
     */
    Optional<Scope> scope(
            InterfaceSpec block, Map<String, Dim> dims, List<TensorType> inputs, List<String> origins, Source user) {
        TreeMap<String, Long> sizes = new TreeMap<>();
        dims.forEach((name, dim) -> sizes.put(name, dim.size()));
        Key key = new Key(
                block.qualifiedName(),
                sizes,
                inputs.stream().map(TensorType::sizes).toList(),
                inputs.stream().map(t -> t.element().name()).toList());
        Optional<Scope> known = built.get(key);
        if (known == null) {
            Sizes scopeSizes = new Sizes(block.simpleName());
            block.dims().forEach(scopeSizes::define);
            sizes.forEach(scopeSizes::bind);
            ScopeContext context = new ScopeContext(block, scopeSizes, catalogue, diagnostics, this);
            known = new ScopeBuilder(context, Optional.of(new ScopeBuilder.Use(inputs, origins, user, sizes.keySet())))
                    .build();
            built.put(key, known);
        }
        return known;
    }
}

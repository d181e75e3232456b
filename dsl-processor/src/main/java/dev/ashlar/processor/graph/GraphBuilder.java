package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Diagnostics;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.op.Catalogue;
import dev.ashlar.processor.spec.InterfaceSpec;
import dev.ashlar.processor.spec.PlanSpec;
import java.util.Optional;

/** Reads a plan's model into a graph with all shapes known. */
public final class GraphBuilder {
    private final Catalogue catalogue;
    private final Diagnostics diagnostics;

    /** Reports what is wrong to {@code diagnostics}. */
    public GraphBuilder(Catalogue catalogue, Diagnostics diagnostics) {
        this.catalogue = catalogue;
        this.diagnostics = diagnostics;
    }

    /** The graph; empty if anything is wrong, all of which is reported. */
    public Optional<Graph> build(PlanSpec plan) {
        InterfaceSpec model = plan.model();
        BlockInstances instances = new BlockInstances(plan.blocks(), catalogue, diagnostics);
        Sizes sizes = new Sizes(model.simpleName());
        try {
            model.dims().forEach(sizes::define);
        } catch (ModelException e) {
            diagnostics.error(e);
            return Optional.empty();
        }
        ScopeContext context = new ScopeContext(model, sizes, catalogue, diagnostics, instances);
        Optional<Scope> root = new ScopeBuilder(context, Optional.empty()).build();
        if (root.isPresent() && root.get().losses().isEmpty() && plan.mode().equals("TRAIN")) {
            diagnostics.error(
                    Code.NO_LOSS,
                    model.source(),
                    model.simpleName()
                            + " has no @Loss, so there is nothing to train. Mark one with @Loss, or plan it with"
                            + " mode = Mode.EVALUATE.");
            return Optional.empty();
        }
        return root.map(scope -> new Graph(plan, scope));
    }
}

package dev.ashlar.processor;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.op.Catalogue;
import java.util.function.UnaryOperator;
import javax.annotation.processing.Processor;

/** The processor with a change of every graph before it is planned. */
public final class RewritingProcessor {
    private RewritingProcessor() {}

    public static Processor of(UnaryOperator<TrainingGraph> rewrite) {
        return new AshlarProcessor(new PlanPipeline(Catalogue.standard(), rewrite));
    }
}

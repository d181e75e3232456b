package dev.ashlar.processor.recompute;

import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.program.ModelParameter;
import dev.ashlar.processor.program.ModelParameters;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.program.Timeline;
import java.util.ArrayList;
import java.util.List;

/** Menus with figures, from programs of the shortened model: one for every place on the menus, taken by all pieces at once. */
final class Measured {
    private final List<List<Entry>> entries = new ArrayList<>();
    private final boolean ordered;

    Measured(Chain shortened, CostModel costs) {
        List<ModelParameter> parameters = ModelParameters.of(shortened.graph());
        int count = shortened.pieces().size();
        int most = 1;
        for (Piece piece : shortened.pieces()) {
            entries.add(new ArrayList<>());
            most = Math.max(most, piece.menu().labels().size());
        }
        boolean inOrder = true;
        for (int place = 0; place < most; place++) {
            List<Integer> labels = new ArrayList<>();
            for (Piece piece : shortened.pieces()) {
                labels.add(place < piece.menu().labels().size() ? place : 0);
            }
            Reading reading = read(shortened, shortened.with(labels), parameters, costs);
            inOrder &= reading.isOrdered();
            for (int p = 0; p < count; p++) {
                if (place < shortened.pieces().get(p).menu().labels().size()) {
                    entries.get(p)
                            .add(new Entry(
                                    place,
                                    reading.recomputeSeconds(p),
                                    reading.kept(p),
                                    reading.forwardOwn(p),
                                    reading.backwardOwn(p)));
                }
            }
        }
        ordered = inOrder;
    }

    private static Reading read(Chain chain, TrainingGraph graph, List<ModelParameter> parameters, CostModel costs) {
        return new Reading(chain, Timeline.of(ProgramBuilder.build(graph), parameters), costs.of(graph.train()));
    }

    /** Whether all programs run through the pieces in order. */
    boolean isOrdered() {
        return ordered;
    }

    /** The menu of a piece of the shortened model. */
    List<Entry> entries(int piece) {
        return entries.get(piece);
    }
}

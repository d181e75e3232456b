package dev.ashlar.processor.joint;

import dev.ashlar.processor.graph.TrainingGraph;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.local.UpdateParts;
import dev.ashlar.processor.program.StepSettings;
import dev.ashlar.processor.shard.Layout;
import dev.ashlar.processor.solve.Block;
import dev.ashlar.processor.solve.BlockBuilder;
import java.util.Map;
import java.util.Set;

/**
 * Writes the tables of pieces.
 *
 * @param inputs layouts of the model's inputs
 * @param crossings how tensors pass from piece to piece
 * @param keptAcross those of them of which it is a choice whether pieces keep them
 * @param tableBytes of tables that kernels keep
 * @param outside what is needed outside training
 */
record Templates(
        TrainingGraph whole,
        Target target,
        StepSettings settings,
        Routes routes,
        Map<Value, Layout> inputs,
        Map<Crossing, Wanted> crossings,
        Set<Crossing> keptAcross,
        Ties ties,
        long tableBytes,
        OutsideTraining outside) {
    /**
     * The template of a piece and its likes.
     *
     * @param number of the piece
     * @param before what passes into it
     * @param after what passes out of it
     */
    Template template(Piece piece, int number, Junction before, Junction after, Draft draft) {
        Choices choices = draft.choices();
        Lifetimes lifetimes = draft.lifetimes();
        int points = lifetimes.moments().size();
        BlockBuilder block = Block.builder(
                piece.path().isEmpty() ? "model" : piece.path(),
                lifetimes.forwardPoints(),
                points - lifetimes.forwardPoints());
        TableWriter writer = new TableWriter(block, whole.form().microBatches());
        TemplateBuilder builder =
                new TemplateBuilder(piece, lifetimes, choices, before, after, crossings, keptAcross, block, writer);
        builder.choose(draft.leaving());
        PieceTables tables = new PieceTables(
                lifetimes,
                choices,
                new Bytes(choices, crossings, routes, target.costs(), settings, inputs),
                new Ways(choices, routes),
                draft.fates(),
                builder.keptBefore(),
                builder.twins(),
                target.costs(),
                writer);
        builder.entries();
        ties.crossing(number - 1).forEach(writer::entry);
        outside.crossing(number - 1).forEach(writer::entry);
        ties.from(number).forEach(writer::node);
        outside.from(number).forEach(writer::node);
        builder.conditions(tables);
        builder.nodes(tables.conditions());
        builder.exits(tables);
        ties.crossing(number).forEach(v -> block.exit(writer.nodeOf(v)));
        outside.crossing(number).forEach(v -> block.exit(writer.nodeOf(v)));
        if (writer.isEmpty()) {
            writer.node(new Variable("nothing", 1));
        }
        tables.write();
        if (points > 0 && lifetimes.moments().get(0) instanceof Moment.Evaluation) {
            tables.atFirst(outside);
        }
        outside.head(number).ifPresent(head -> tables.outside(outside, head));
        if (number == 0) {
            tables.always(tableBytes);
            tables.inUpdate(settings.updateWorkspaceBytes(UpdateParts.largest(whole)));
        }
        return new Template(lifetimes, draft.fates(), choices, block.build(), writer.nodes());
    }
}

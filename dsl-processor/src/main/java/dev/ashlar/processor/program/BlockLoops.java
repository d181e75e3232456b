package dev.ashlar.processor.program;

import dev.ashlar.processor.graph.ScopeOutput;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Executes blocks, once or in a loop. A tensor that is constant over the repetitions is shared with each and freed after the last; of
 * what is collected, sums are made as they come and stacks at the end; gradients of constant tensors are added as they come.
 */
final class BlockLoops {
    private final Execution execution;

    BlockLoops(Execution execution) {
        this.execution = execution;
    }

    /** Handles for those outputs that the statement wants. */
    List<Optional<Storage>> forward(Statement.BlockForward block, Frame frame, List<Storage> given) {
        UseNode use = block.node();
        boolean repeated = use.repeats().isPresent();
        List<Storage> current = new ArrayList<>(given);
        List<List<Storage>> made = new ArrayList<>();
        use.outputs().forEach(o -> made.add(new ArrayList<>()));
        for (Statement.Run run : block.runs()) {
            if (run.again().isPresent()) {
                frame.enterSegment(
                        use, run.from(), current.stream().map(Storage::share).toList());
            }
            for (long i = run.from(); i < run.to(); i++) {
                List<Optional<Storage>> outputs =
                        execution.run(run.routine(), frame.block(use, i), arguments(use, current));
                for (int k = 0; k < outputs.size(); k++) {
                    collect(use, k, frame, outputs.get(k).orElseThrow(), current, made.get(k));
                }
            }
        }
        for (int j = 0; j < current.size() && repeated; j++) {
            if (!isFed(use, j)) {
                execution.ledger().release(current.get(j));
            }
        }
        List<Optional<Storage>> results = new ArrayList<>();
        for (int k = 0; k < made.size(); k++) {
            results.add(result(block, k, frame, made.get(k)));
        }
        return results;
    }

    /** Handles for what one repetition of forward takes; what is fed is given away. */
    private static List<Optional<Storage>> arguments(UseNode use, List<Storage> current) {
        List<Optional<Storage>> arguments = new ArrayList<>();
        for (int j = 0; j < current.size(); j++) {
            boolean constant = use.repeats().isPresent() && !isFed(use, j);
            arguments.add(Optional.of(constant ? current.get(j).share() : current.get(j)));
        }
        return arguments;
    }

    /** Forward of a segment once more, now for its backward; what it makes beside what it feeds is freed. */
    private void again(UseNode use, Statement.Run run, Frame frame) {
        List<Storage> current = new ArrayList<>(frame.takeSegment(use, run.from()));
        for (long i = run.from(); i < run.to(); i++) {
            List<Optional<Storage>> outputs =
                    execution.run(run.again().orElseThrow(), frame.block(use, i), arguments(use, current));
            for (int k = 0; k < outputs.size(); k++) {
                OptionalInt feeds = use.feeds().get(k);
                if (feeds.isPresent()) {
                    current.set(feeds.getAsInt(), outputs.get(k).orElseThrow());
                } else {
                    outputs.get(k).ifPresent(execution.ledger()::release);
                }
            }
        }
        current.forEach(execution.ledger()::release);
    }

    /** What becomes of one output of one repetition; at most one tensor is held of all but those that are stacked. */
    private void collect(
            UseNode use, int output, Frame frame, Storage storage, List<Storage> current, List<Storage> made) {
        OptionalInt feeds = use.feeds().get(output);
        if (feeds.isPresent()) {
            current.set(feeds.getAsInt(), storage);
            made.clear();
            made.add(storage);
            return;
        }
        switch (collect(use, output)) {
            case STACK -> made.add(storage);
            case LAST -> {
                made.forEach(execution.ledger()::release);
                made.clear();
                made.add(storage);
            }
            case SUM -> accumulate(frame, use, use.outputs().get(output), made, storage);
        }
    }

    private Optional<Storage> result(Statement.BlockForward block, int output, Frame frame, List<Storage> made) {
        UseNode use = block.node();
        boolean stacked = use.feeds().get(output).isEmpty() && collect(use, output) == ScopeOutput.Collect.STACK;
        Storage result = stacked ? replace(frame, use, use.outputs().get(output), made) : made.get(0);
        if (block.results().get(output).isPresent()) {
            return Optional.of(result);
        }
        execution.ledger().release(result);
        return Optional.empty();
    }

    /** Adds out of place, because another tensor may share the first. */
    private void accumulate(Frame frame, UseNode use, Value result, List<Storage> sum, Storage added) {
        Storage total = sum.isEmpty() ? added : replace(frame, use, result, List.of(sum.get(0), added));
        sum.clear();
        sum.add(total);
    }

    /** One tensor made of several, which are then freed. */
    private Storage replace(Frame frame, UseNode use, Value result, List<Storage> parts) {
        Storage.Maker maker =
                frame.maker(use.name(), result.name(), use.source().where());
        execution.enter(frame, use.name());
        Storage made = execution.ledger().allocate(execution.settings().bytes(result.type()), maker);
        parts.forEach(execution.ledger()::release);
        return made;
    }

    /** Handles for the gradients of those inputs that the statement wants. */
    List<Optional<Storage>> backward(Statement.BlockBackward block, Frame frame, List<Optional<Storage>> given) {
        UseNode use = block.node();
        List<Optional<Storage>> incoming = new ArrayList<>(given);
        List<List<Storage>> constant = new ArrayList<>();
        use.inputs().forEach(i -> constant.add(new ArrayList<>()));
        List<Statement.Run> runs = block.runs();
        List<Optional<Storage>> made = List.of();
        for (int r = runs.size() - 1; r >= 0; r--) {
            if (runs.get(r).again().isPresent()) {
                again(use, runs.get(r), frame);
            }
            for (long i = runs.get(r).to() - 1; i >= runs.get(r).from(); i--) {
                List<Optional<Storage>> arguments = arguments(use, runs.get(r).routine(), incoming);
                made = execution.run(runs.get(r).routine(), frame.block(use, i), arguments);
                pass(use, frame, made, incoming, constant);
            }
        }
        for (int k = 0; k < incoming.size(); k++) {
            if (use.feeds().get(k).isEmpty()) {
                incoming.get(k).ifPresent(execution.ledger()::release);
            }
        }
        List<Optional<Storage>> results = new ArrayList<>();
        for (int j = 0; j < use.inputs().size(); j++) {
            results.add(isFed(use, j) ? made.get(j) : constant.get(j).stream().findFirst());
        }
        return results;
    }

    /** Handles for what one repetition takes; what only it takes is given away. */
    private static List<Optional<Storage>> arguments(UseNode use, Routine routine, List<Optional<Storage>> incoming) {
        List<Optional<Storage>> arguments = new ArrayList<>();
        for (int k = 0; k < incoming.size(); k++) {
            if (routine.arguments().get(k).isEmpty()) {
                arguments.add(Optional.empty());
            } else if (use.feeds().get(k).isEmpty() && collect(use, k) != ScopeOutput.Collect.LAST) {
                // A repetition's part of a stacked gradient is a view of it.
                arguments.add(incoming.get(k).map(Storage::share));
            } else {
                arguments.add(incoming.get(k));
                incoming.set(k, Optional.empty());
            }
        }
        return arguments;
    }

    /** Gradients that a repetition makes go to the one before it, or to the sum over all. */
    private void pass(
            UseNode use,
            Frame frame,
            List<Optional<Storage>> made,
            List<Optional<Storage>> incoming,
            List<List<Storage>> constant) {
        for (int j = 0; j < made.size(); j++) {
            if (!isFed(use, j) && made.get(j).isPresent()) {
                accumulate(
                        frame,
                        use,
                        use.inputs().get(j),
                        constant.get(j),
                        made.get(j).get());
            }
        }
        for (int k = 0; k < incoming.size(); k++) {
            OptionalInt feeds = use.feeds().get(k);
            if (feeds.isPresent()) {
                incoming.set(k, made.get(feeds.getAsInt()));
            }
        }
    }

    private static boolean isFed(UseNode use, int input) {
        return use.feeds().stream().anyMatch(f -> f.isPresent() && f.getAsInt() == input);
    }

    /** A block that is not repeated collects nothing. */
    private static ScopeOutput.Collect collect(UseNode use, int output) {
        return use.repeats().isEmpty()
                ? ScopeOutput.Collect.LAST
                : use.scope().outputs().get(output).collect();
    }
}

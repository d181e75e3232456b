package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.program.Routine;
import dev.ashlar.processor.program.ScopeNames;
import dev.ashlar.processor.program.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Prints loops over the repetitions of a block. A segment's forward keeps only what its first repetition is given; backward runs it again
 * from there, now keeping what its own backward reads.
 */
final class SegmentWriter {
    private final BlockWriter blocks;
    private final ScopeNames scope;
    private final UseNode use;

    SegmentWriter(BlockWriter blocks, ScopeNames scope, UseNode use) {
        this.blocks = blocks;
        this.scope = scope;
        this.use = use;
    }

    /**
     * Segments that follow one another and are alike, or repetitions that are none.
     *
     * @param run the first of them
     * @param to behind the last repetition
     */
    record Loop(Statement.Run run, long to) {
        long from() {
            return run.from();
        }

        long length() {
            return run.to() - run.from();
        }

        boolean isSingle() {
            return to == run.to();
        }
    }

    static List<Loop> loops(List<Statement.Run> runs) {
        List<Loop> loops = new ArrayList<>();
        for (Statement.Run run : runs) {
            Loop last = loops.isEmpty() ? new Loop(run, run.from()) : loops.get(loops.size() - 1);
            boolean alike = run.again().isPresent()
                    && last.run().again().isPresent()
                    && !loops.isEmpty()
                    && last.run().routine() == run.routine()
                    && last.length() == run.to() - run.from();
            if (alike) {
                loops.set(loops.size() - 1, new Loop(last.run(), run.to()));
            } else {
                loops.add(new Loop(run, run.to()));
            }
        }
        return loops;
    }

    /** @param inputs what each repetition is given */
    void forward(CodeBlock.Builder code, List<Statement.Run> runs, List<CodeBlock> inputs, RunBody body) {
        for (Loop loop : loops(runs)) {
            if (loop.run().again().isEmpty()) {
                BlockWriter.loop(code, loop.run(), false, i -> body.at(loop.run(), i));
                continue;
            }
            String from = begin(code, loop, false);
            code.addStatement(
                    "s.$L[$L] = new $T {$L}",
                    scope.blockSegments(use),
                    from,
                    Names.TENSORS,
                    CodeBlock.join(inputs, ",$W"));
            inner(code, loop, from, false, body);
            end(code, loop);
        }
    }

    void backward(CodeBlock.Builder code, List<Statement.Run> runs, RunBody body) {
        List<Loop> loops = loops(runs);
        for (int l = loops.size() - 1; l >= 0; l--) {
            Loop loop = loops.get(l);
            if (loop.run().again().isEmpty()) {
                BlockWriter.loop(code, loop.run(), true, i -> body.at(loop.run(), i));
                continue;
            }
            String from = begin(code, loop, true);
            again(code, loop, from);
            inner(code, loop, from, true, body);
            end(code, loop);
        }
        if (scope.isSegmented(use)) {
            code.addStatement("s.$L = null", scope.blockSegments(use));
        }
    }

    /** What a loop does for one repetition. */
    interface RunBody {
        CodeBlock at(Statement.Run run, String index);
    }

    private static String begin(CodeBlock.Builder code, Loop loop, boolean descending) {
        if (loop.isSingle()) {
            return Long.toString(loop.from());
        }
        if (descending) {
            code.beginControlFlow(
                    "for (int from = $L; from >= $L; from -= $L)",
                    loop.to() - loop.length(),
                    loop.from(),
                    loop.length());
        } else {
            code.beginControlFlow("for (int from = $L; from < $L; from += $L)", loop.from(), loop.to(), loop.length());
        }
        return "from";
    }

    private static void end(CodeBlock.Builder code, Loop loop) {
        if (!loop.isSingle()) {
            code.endControlFlow();
        }
    }

    private static void inner(CodeBlock.Builder code, Loop loop, String from, boolean descending, RunBody body) {
        if (descending) {
            String last = loop.isSingle() ? Long.toString(loop.to() - 1) : from + " + " + (loop.length() - 1);
            code.beginControlFlow("for (int i = $L; i >= $L; i--)", last, from);
        } else {
            code.beginControlFlow("for (int i = $L; i < $L; i++)", from, bound(loop, from));
        }
        code.add(body.at(loop.run(), "i"));
        code.endControlFlow();
    }

    private static String bound(Loop loop, String from) {
        return loop.isSingle() ? Long.toString(loop.to()) : from + " + " + loop.length();
    }

    /** Forward once more; what it makes beside what is fed is closed. */
    private void again(CodeBlock.Builder code, Loop loop, String from) {
        String name = ScopeWriter.variable(use) + "Again" + (loop.isSingle() ? from : "");
        Routine routine = loop.run().again().orElseThrow();
        code.add("// forward of these repetitions again, which kept only what the first was given\n");
        code.addStatement("$T $L = s.$L[$L]", Names.TENSORS, name, scope.blockSegments(use), from);
        code.beginControlFlow("for (int i = $L; i < $L; i++)", from, bound(loop, from));
        code.addStatement("ops.enter($S, i)", use.name());
        code.add(blocks.newSavedAt(use, routine.scope(), "i"));
        List<CodeBlock> arguments = new ArrayList<>();
        for (int j = 0; j < use.inputs().size(); j++) {
            arguments.add(CodeBlock.of(isFed(j) ? "$L[$L]" : "ops.share($L[$L])", name, j));
        }
        CodeBlock call = blocks.call(use, routine, "i", arguments);
        if (use.outputs().size() == 1) {
            code.addStatement("$L[$L] = $L", name, use.feeds().get(0).orElseThrow(), call);
        } else {
            String made = BlockWriter.made(use, "i");
            code.addStatement("$T $L = $L", Names.TENSORS, made, call);
            for (int k = 0; k < use.outputs().size(); k++) {
                OptionalInt feeds = use.feeds().get(k);
                if (feeds.isPresent()) {
                    code.addStatement("$L[$L] = $L[$L]", name, feeds.getAsInt(), made, k);
                } else {
                    code.addStatement("$L[$L].close()", made, k);
                }
            }
        }
        code.addStatement("ops.leave()");
        code.endControlFlow();
        for (int j = 0; j < use.inputs().size(); j++) {
            code.addStatement("$L[$L].close()", name, j);
        }
    }

    private boolean isFed(int input) {
        return use.feeds().stream().anyMatch(f -> f.isPresent() && f.getAsInt() == input);
    }
}

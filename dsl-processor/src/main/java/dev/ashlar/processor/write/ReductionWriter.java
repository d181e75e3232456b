package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.program.Statement;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.Placement;
import java.util.stream.Collectors;

/** Prints reductions of gradients that run while backward goes on. */
final class ReductionWriter {
    private ReductionWriter() {}

    static boolean knows(Statement statement) {
        return statement instanceof Statement.Bucket
                || statement instanceof Statement.Fill
                || statement instanceof Statement.Start
                || statement instanceof Statement.Await
                || statement instanceof Statement.Finish;
    }

    static CodeBlock write(Statement statement) {
        if (statement instanceof Statement.Bucket bucket) {
            long elements = bucket.result().type().elements();
            return CodeBlock.builder()
                    .addStatement("$L = reductions.bucket($L)", StatementWriter.assign(bucket.result()), elements)
                    .build();
        } else if (statement instanceof Statement.Fill fill) {
            return CodeBlock.builder()
                    .addStatement(
                            "reductions.fill($L, $L, $L)",
                            StatementWriter.read(fill.bucket()),
                            fill.offset(),
                            StatementWriter.read(fill.gradient()))
                    .build();
        } else if (statement instanceof Statement.Start start) {
            return start(start);
        } else if (statement instanceof Statement.Finish finish) {
            return CodeBlock.builder()
                    .addStatement("reductions.finish($S)", finish.at())
                    .build();
        }
        return CodeBlock.builder()
                .addStatement("reductions.await($L)", ((Statement.Await) statement).running())
                .build();
    }

    private static CodeBlock start(Statement.Start start) {
        CodeBlock.Builder code = CodeBlock.builder();
        for (Transfer transfer : start.transfers()) {
            Move move = (Move) transfer;
            code.add(
                    "// $L: $L  $L sent while backward goes on\n",
                    start.at(),
                    move,
                    OperatorComments.bytes(move.wireBytes()));
        }
        String source = StatementWriter.read(start.source());
        CodeBlock taken = start.takesOver() ? CodeBlock.of("$L", source) : CodeBlock.of("reductions.copy($L)", source);
        String axes = start.transfers().stream()
                .map(t -> Integer.toString(((Move) t).meshAxis()))
                .collect(Collectors.joining(", "));
        String into = start.fields().stream().map(f -> "p." + f).collect(Collectors.joining(", "));
        if (start.scatters()) {
            Move move = (Move) start.transfers().get(0);
            int dimension = ((Placement.Shard) move.to().on(move.meshAxis())).dimension();
            return code.addStatement(
                            "reductions.at($S).scatter($L, $L, $L).into($L)", start.at(), taken, dimension, axes, into)
                    .build();
        }
        return code.addStatement("reductions.at($S).start($L, $L).into($L)", start.at(), taken, axes, into)
                .build();
    }
}

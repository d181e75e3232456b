package dev.ashlar.processor.write;

import com.palantir.javapoet.CodeBlock;
import dev.ashlar.processor.program.Statement;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.Placement;

/** Prints what brings a tensor from one layout on the mesh to the next. */
final class CollectiveWriter {
    private CollectiveWriter() {}

    static CodeBlock write(Statement.Collective collective) {
        Move move = (Move) collective.transfer();
        CodeBlock.Builder code = CodeBlock.builder();
        String sent = move.wireBytes() == 0 ? "" : "  " + OperatorComments.bytes(move.wireBytes()) + " sent";
        code.add("// $L: $L$L\n", collective.at(), move, sent);
        return code.addStatement(
                        "$L = collectives.at($S).$L",
                        StatementWriter.assign(collective.result()),
                        collective.at(),
                        call(move, collective))
                .build();
    }

    static CodeBlock write(Statement.Begin begin) {
        Move move = (Move) begin.transfer();
        return CodeBlock.builder()
                .add(
                        "// $L: $L  $L sent while kernels go on\n",
                        begin.at(),
                        move,
                        OperatorComments.bytes(move.wireBytes()))
                .addStatement(
                        "$L = collectives.at($S).startAllGather($L, $L)",
                        StatementWriter.assign(begin.result()),
                        begin.at(),
                        StatementWriter.operand(begin.source()),
                        move.meshAxis())
                .build();
    }

    private static CodeBlock call(Move move, Statement.Collective collective) {
        CodeBlock source = StatementWriter.operand(collective.source());
        int axis = move.meshAxis();
        if (move.from().on(axis).equals(Placement.PARTIAL_MAXIMUM)) {
            throw new IllegalStateException("no operator makes partial maxima: " + collective.at());
        }
        return switch (move.kind()) {
            case ALL_REDUCE ->
                CodeBlock.of(collective.takesOver() ? "allReduceInPlace($L, $L)" : "allReduce($L, $L)", source, axis);
            case ALL_GATHER ->
                CodeBlock.of(
                        "allGather($L, $L, $L)", source, axis, cut(move.from().on(axis)));
            case REDUCE_SCATTER ->
                CodeBlock.of(
                        "reduceScatter($L, $L, $L)", source, axis, cut(move.to().on(axis)));
            case ALL_TO_ALL ->
                CodeBlock.of(
                        "allToAll($L, $L, $L, $L)",
                        source,
                        axis,
                        cut(move.from().on(axis)),
                        cut(move.to().on(axis)));
            case SLICE ->
                CodeBlock.of("slice($L, $L, $L)", source, axis, cut(move.to().on(axis)));
            case ZERO_FILL -> CodeBlock.of("zeroFill($L, $L)", source, axis);
        };
    }

    private static int cut(Placement placement) {
        return ((Placement.Shard) placement).dimension();
    }
}

package dev.ashlar.processor.op;

import static dev.ashlar.processor.op.OperatorCase.shape;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of {@code docs/rules.md}, those of the parts that fused losses and norms come apart into among them. */
class HouseRulesTest {
    static List<RulePart> honest() {
        return List.of(
                RulePart.of(
                        "matmul",
                        "~b* m k+, ~k+ n -> b* m n",
                        (x, s) -> x[0].matmul(x[1]),
                        shape(4, 8, 4),
                        shape(4, 8)),
                RulePart.of("maximum", "t* v< -> t*", (x, s) -> x[0].amax(new long[] {-1}, false), shape(4, 8, 12)),
                RulePart.of(
                        "sum of exponentials",
                        "t* v+, t* -> t*",
                        (x, s) -> x[0].sub(x[1].unsqueeze(-1)).exp().sum(-1),
                        shape(4, 8, 12),
                        shape(4, 8)),
                RulePart.of("the target's", "~t* v+, t* @v+ -> t*", HouseRulesTest::pick, shape(4, 8, 12), shape(4, 8)),
                RulePart.of("sum", "~t*+ -> ", (x, s) -> x[0].sum(), shape(4, 8)),
                RulePart.of(
                        "attention that knows where its queries are",
                        "b (g r!) s^ e!, b g t! e!, b g t! f! -> b (g r!) s^ f!",
                        HouseRulesTest::causal,
                        shape(4, 8, 8, 4),
                        shape(4, 4, 8, 4),
                        shape(4, 4, 8, 6)),
                new RulePart(
                        "moments of batch norm",
                        "b+ c h+ w+ -> c, c",
                        List.<long[]>of(shape(4, 8, 4, 4)),
                        Map.of(),
                        (x, s) -> new Tensor[] {x[0].sum(0, 2, 3), x[0].square().sum(0, 2, 3)}),
                RulePart.of(
                        "normalisation of batch norm",
                        "b c h w, c, c, c, c -> b c h w",
                        HouseRulesTest::normalise,
                        shape(4, 8, 4, 4),
                        shape(8),
                        shape(8),
                        shape(8),
                        shape(8)),
                RulePart.of(
                        "concatenation",
                        "&x* p! y, &x* q! y -> x* n! y; n = p + q",
                        (x, s) -> torch.cat(new TensorVector(x[0], x[1]), 1),
                        shape(4, 3, 8),
                        shape(4, 5, 8)),
                new RulePart(
                        "slice",
                        "~x n! y -> x m! y; m = to - from",
                        List.<long[]>of(shape(4, 6, 8)),
                        Map.of("from", Dim.of(1), "to", Dim.of(4)),
                        (x, s) -> new Tensor[] {x[0].narrow(1, 1, 3)}),
                RulePart.of(
                        "dispatch to experts",
                        "~g s+ x c, ~g s+ d -> x g c d",
                        (x, s) -> torch.einsum("gsxc,gsd->xgcd", new TensorVector(x[0], x[1])),
                        shape(4, 8, 4, 4),
                        shape(4, 8, 4)),
                RulePart.of(
                        "experts",
                        "~x g c d+, ~x d+ f -> x g c f",
                        (x, s) -> torch.einsum("xgcd,xdf->xgcf", new TensorVector(x[0], x[1])),
                        shape(4, 4, 4, 8),
                        shape(4, 8, 4)));
    }

    private static Tensor pick(Tensor[] x, RulePart.Starts starts) {
        long size = x[0].size(x[0].dim() - 1);
        Tensor local = x[1].sub(new Scalar(starts.of("v")));
        Tensor inside = local.ge(new Scalar(0L)).logical_and(local.lt(new Scalar(size)));
        Tensor safe = local.mul(inside).unsqueeze(-1);
        return torch.gather(x[0], -1, safe).squeeze(-1).mul(inside);
    }

    private static Tensor causal(Tensor[] x, RulePart.Starts starts) {
        Tensor q = x[0];
        Tensor k = repeated(x[1], q.size(1) / x[1].size(1));
        Tensor v = repeated(x[2], q.size(1) / x[2].size(1));
        Tensor future = torch.ones(q.size(2), k.size(2)).tril(starts.of("s")).eq(new Scalar(0L));
        Tensor scores = q.matmul(k.transpose(2, 3)).masked_fill(future, new Scalar(-1e30));
        return torch.softmax(scores, -1).matmul(v);
    }

    private static Tensor repeated(Tensor x, long times) {
        return x.unsqueeze(2)
                .expand(x.size(0), x.size(1), times, x.size(2), x.size(3))
                .reshape(x.size(0), x.size(1) * times, x.size(2), x.size(3));
    }

    private static Tensor normalise(Tensor[] x, RulePart.Starts starts) {
        Tensor[] c = new Tensor[4];
        for (int i = 0; i < c.length; i++) {
            c[i] = x[i + 1].view(1, x[i + 1].size(0), 1, 1);
        }
        return x[0].sub(c[0]).mul(c[1]).mul(c[2]).add(c[3]);
    }

    @ParameterizedTest
    @MethodSource("honest")
    void shardsAgreeWithTheWhole(RulePart part) {
        try (PointerScope scope = new PointerScope()) {
            Rule.Inference inference = part.inference();
            Draw draw = new Draw(5, 1);
            List<Tensor> operands = part.draw(inference, draw);
            Strategies strategies = part.strategies(inference);
            strategies.check(operands, 2, draw);
            Set<String> sharded = strategies.check(operands, 4, draw);
            strategies.checkLinearity(operands, draw);
            Rule flat = inference.flat();
            Set<String> shardable =
                    flat.axes().stream().filter(flat::shardable).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(shardable, sharded);
        }
    }

    /** Rules that claim too much: the check has to see each of them. */
    static List<RulePart> dishonest() {
        return List.of(
                RulePart.of("softmax by parts", "b* v -> b* v", (x, s) -> torch.softmax(x[0], -1), shape(4, 8)),
                RulePart.of(
                        "a bias on every partial sum",
                        "b* k+, n k+, n -> b* n",
                        (x, s) -> torch.linear(x[0], x[1], new TensorOptional(x[2])),
                        shape(4, 8),
                        shape(4, 8),
                        shape(4)),
                RulePart.of(
                        "causal attention without an offset",
                        "b h s e!, b h t! e!, b h t! f! -> b h s f!",
                        (x, s) -> causal(x, new RulePart.Starts(Map.of())),
                        shape(4, 4, 8, 4),
                        shape(4, 4, 8, 4),
                        shape(4, 4, 8, 4)),
                RulePart.of("a mean as a sum", "~t*+ -> ", (x, s) -> x[0].mean(), shape(4, 8)),
                RulePart.of("a partial sum through a square", "~x*! -> x*!", (x, s) -> x[0].square(), shape(4, 8)),
                RulePart.of(
                        "a partial sum through one addend",
                        "~x*!, ~x*! -> x*!",
                        (x, s) -> x[0].add(x[1]),
                        shape(4),
                        shape(4)));
    }

    @ParameterizedTest
    @MethodSource("dishonest")
    void seesRulesThatClaimTooMuch(RulePart part) {
        try (PointerScope scope = new PointerScope()) {
            Rule.Inference inference = part.inference();
            Draw draw = new Draw(6, 1);
            List<Tensor> operands = part.draw(inference, draw);
            Strategies strategies = part.strategies(inference);
            assertThrows(AssertionError.class, () -> {
                strategies.check(operands, 2, draw);
                strategies.checkLinearity(operands, draw);
            });
        }
    }
}

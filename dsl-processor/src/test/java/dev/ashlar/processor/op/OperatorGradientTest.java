package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operator's lowering, run on the engine, against libtorch's autograd. */
class OperatorGradientTest {
    private static final int DRAWS = 6;
    private static final double TOLERANCE = 1e-6;

    static List<OperatorCase> cases() {
        return OperatorCases.all();
    }

    @Test
    void everyOperatorHasACase() {
        Catalogue catalogue = Catalogue.standard();
        TreeSet<String> covered = cases().stream()
                .filter(c -> c.made().isEmpty())
                .map(OperatorCase::annotation)
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> operators = new TreeSet<>(catalogue.annotations());
        operators.removeIf(a -> catalogue.sugar(a).isPresent()); // sugar has tests of its own
        assertEquals(operators, covered);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithAutograd(OperatorCase operatorCase) {
        for (int seed = 0; seed < DRAWS; seed++) {
            try (PointerScope scope = new PointerScope();
                    Engine engine = engine(Precision.FP32, seed)) {
                Draw draw = new Draw(seed, 1);
                compare(new Instance(operatorCase, draw, engine), draw, engine);
            }
        }
    }

    private static Engine engine(Precision precision, long seed) {
        return Engine.open(DeviceKind.CPU, precision, Seed.of(seed), true);
    }

    private static void compare(Instance instance, Draw draw, Engine engine) {
        List<Tensor> leaves = instance.leaves();
        Tensor expected = instance.operatorCase.training().apply(instance.reference(leaves, engine));
        Tensor gradient = gradientFor(expected, draw);
        Compare.backward(expected, gradient);
        List<Tensor> exact = instance.exactLeaves();
        Compare.backward(
                instance.operatorCase.training().apply(instance.reference(exact, engine)),
                gradient.to(ScalarType.Double));
        LiveOperator live = instance.live();
        Compare.close(instance.operatorCase + " forward", live.forward().get(0), expected, TOLERANCE);
        List<Boolean> all = IntStream.range(0, leaves.size())
                .mapToObj(instance::differentiable)
                .toList();
        compareGradients(instance, leaves, exact, live.gradients(List.of(gradient), all));
        for (int i = 0; i < leaves.size(); i++) {
            if (all.get(i)) {
                List<Boolean> one = new ArrayList<>(Collections.nCopies(leaves.size(), false));
                one.set(i, true);
                compareGradients(instance, leaves, exact, live.gradients(List.of(gradient), one));
            }
        }
        compareBuffers(instance, leaves);
    }

    static Tensor gradientFor(Tensor output, Draw draw) {
        return output.dim() == 0 ? torch.ones().mul(new Scalar(0.75)) : draw.normal(LiveKernels.shape(output));
    }

    private static void compareGradients(
            Instance instance, List<Tensor> leaves, List<Tensor> exact, List<Optional<Tensor>> gradients) {
        for (int i = 0; i < gradients.size(); i++) {
            String what = instance.operatorCase + " gradient " + i;
            Tensor expected = leaves.get(i).grad();
            Tensor wide = exact.get(i).grad();
            gradients.get(i).ifPresent(actual -> Agreement.assertClose(what, actual, expected, wide));
        }
    }

    private static void compareBuffers(Instance instance, List<Tensor> leaves) {
        for (int i = instance.inputs; i < leaves.size(); i++) {
            String what = instance.operatorCase + " operand " + i + " after forward";
            Compare.close(what, instance.operands.get(i), leaves.get(i), TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void evaluates(OperatorCase operatorCase) {
        try (PointerScope scope = new PointerScope();
                Engine engine = engine(Precision.FP32, 1)) {
            Instance instance = new Instance(operatorCase, new Draw(1, 1), engine);
            List<Tensor> leaves = instance.leaves();
            Tensor expected = operatorCase.evaluation().apply(instance.reference(leaves, engine));
            Compare.close(operatorCase.toString(), instance.live().evaluate().get(0), expected, TOLERANCE);
            compareBuffers(instance, leaves);
        }
    }

    /** In bfloat16 the element types that results are declared with differ, and the harness checks them. */
    @ParameterizedTest
    @MethodSource("cases")
    void declaresElementTypes(OperatorCase operatorCase) {
        try (PointerScope scope = new PointerScope();
                Engine engine = engine(Precision.BF16, 1)) {
            Draw draw = new Draw(1, 1);
            Instance instance = new Instance(operatorCase, draw, engine);
            LiveOperator live = instance.live();
            Tensor output = live.forward().get(0);
            Tensor gradient = gradientFor(output, draw).to(output.scalar_type());
            List<Boolean> needed = IntStream.range(0, instance.operands.size())
                    .mapToObj(instance::differentiable)
                    .toList();
            live.gradients(List.of(gradient), needed);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void countsItsWork(OperatorCase operatorCase) {
        try (PointerScope scope = new PointerScope();
                Engine engine = engine(Precision.FP32, 1)) {
            Instance instance = new Instance(operatorCase, new Draw(1, 1), engine);
            Work work = instance.operator.work(instance.attributes, instance.shapes());
            assertTrue(work.forwardFlops() >= 0 && work.backwardFlops() >= 0);
            assertTrue(work.forwardWorkspaceBytes() >= 0 && work.backwardWorkspaceBytes() >= 0);
            instance.operator.check(instance.attributes, instance.shapes());
        }
    }
}

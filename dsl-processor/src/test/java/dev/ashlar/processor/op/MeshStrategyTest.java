package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Precision;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every strategy on meshes of one, two and three axes equals the serial operator. */
class MeshStrategyTest {
    private static final List<Mesh> MESHES =
            List.of(SimulatedMesh.mesh(2), SimulatedMesh.mesh(2, 2), SimulatedMesh.mesh(2, 2, 2));

    static Stream<Arguments> cases() {
        return OperatorCases.all().stream().flatMap(c -> MESHES.stream().map(m -> Arguments.of(c, m)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheWhole(OperatorCase operatorCase, Mesh mesh) {
        try (PointerScope scope = new PointerScope();
                Engine engine = Engine.open(DeviceKind.CPU, Precision.FP32, Seed.of(1), true)) {
            Draw draw = new Draw(mesh.rank(), Math.min(4, mesh.devices()));
            Instance instance = new Instance(operatorCase, draw, engine);
            MeshStrategies strategies = new MeshStrategies(
                    operatorCase.toString(),
                    instance.inference,
                    (operands, outputs, shards) -> OperatorStrategyTest.run(instance, operands, outputs, shards),
                    mesh);
            Set<String> seen = strategies.check(instance.operands, draw);
            Rule flat = instance.inference.flat();
            // sizes divide by the size of any mesh axis
            long split = flat.axes().stream().filter(flat::shardable).count();
            assertTrue(seen.size() >= 1 + split * mesh.rank(), () -> flat + " on " + mesh + ": " + seen);
        }
    }

    static Stream<Arguments> parts() {
        return HouseRulesTest.honest().stream()
                .flatMap(p -> MESHES.stream().limit(2).map(m -> Arguments.of(p, m)));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void agreesWithTheWholeOfAPart(RulePart part, Mesh mesh) {
        try (PointerScope scope = new PointerScope()) {
            check(part, mesh);
        }
    }

    /** Kernels of further rules, as far as they do not reduce inside. */
    static Stream<Arguments> furtherKernels() {
        return Stream.of(
                        RulePart.of(
                                "a bias that is added once",
                                "~b* k+, ~n k+, +n -> b* n",
                                (x, s) -> torch.linear(x[0], x[1], new TensorOptional(x[2])),
                                OperatorCase.shape(4, 4, 8),
                                OperatorCase.shape(8, 8),
                                OperatorCase.shape(8)),
                        RulePart.of(
                                "mean squared error over parts",
                                "x*+, x*+ -> ",
                                (x, s) -> x[0].sub(x[1]).square().sum().div(new Scalar(32.0)),
                                OperatorCase.shape(4, 8),
                                OperatorCase.shape(4, 8)))
                .flatMap(p -> MESHES.stream().map(m -> Arguments.of(p, m)));
    }

    @ParameterizedTest
    @MethodSource("furtherKernels")
    void agreesWithTheWholeOfAFurtherKernel(RulePart part, Mesh mesh) {
        try (PointerScope scope = new PointerScope()) {
            check(part, mesh);
        }
    }

    static List<RulePart> dishonest() {
        return HouseRulesTest.dishonest();
    }

    @ParameterizedTest
    @MethodSource("dishonest")
    void seesRulesThatClaimTooMuch(RulePart part) {
        try (PointerScope scope = new PointerScope()) {
            assertThrows(AssertionError.class, () -> check(part, SimulatedMesh.mesh(2, 2)));
        }
    }

    private static void check(RulePart part, Mesh mesh) {
        Rule.Inference inference = part.inference();
        Draw draw = new Draw(5, 1);
        List<Tensor> operands = part.draw(inference, draw);
        new MeshStrategies(part.name(), inference, (tensors, outputs, shards) -> part.run(tensors, shards), mesh)
                .check(operands, draw);
    }
}

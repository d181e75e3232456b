package dev.ashlar.processor.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.processor.WrittenPlan;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.plan.Communication;
import dev.ashlar.processor.plan.Plan;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Traffic;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.launch.RankThreads;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.PlannedStep;
import dev.ashlar.runtime.train.Settings;
import dev.ashlar.runtime.train.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Whether ranks train as one does, and send what their plan says. */
final class RankComparison {
    private static final int STEPS = 20;
    private static final double LOSS_TOLERANCE = 1e-4;
    private static final double GRADIENT_TOLERANCE = 1e-5;

    private final Outcome expected;
    private final Settings settings;
    private final double lossTolerance;
    private final double gradientTolerance;
    private final boolean outputsStayClose;

    /** What a rank has seen. */
    private record Outcome(
            List<Float> losses,
            Map<String, HostTensor> gradients,
            Map<String, Layout> layouts,
            Map<String, Long> sent,
            Map<String, HostTensor> firstOutputs,
            Map<String, HostTensor> lastOutputs) {}

    private RankComparison(
            Outcome expected,
            Settings settings,
            double lossTolerance,
            double gradientTolerance,
            boolean outputsStayClose) {
        this.expected = expected;
        this.settings = settings;
        this.lossTolerance = lossTolerance;
        this.gradientTolerance = gradientTolerance;
        this.outputsStayClose = outputsStayClose;
    }

    /** The same where numbers may differ by other shares of themselves. */
    RankComparison within(double losses, double gradients) {
        return new RankComparison(expected, settings, losses, gradients, true);
    }

    /**
     * The same in 16 bits: outputs are held to each other before the first step alone. Where a gradient is hardly more than rounding, its sign
     * is chance, and AdamW takes whole steps by it: of a model that has learnt next to nothing outputs are then a third apart, losses a
     * thousandth.
     */
    RankComparison roundedWithin(double losses, double gradients) {
        return new RankComparison(expected, settings, losses, gradients, false);
    }

    /** Runs the plan of one rank, to which others are held. */
    static RankComparison with(Plan serial, Settings settings, Path directory) throws Exception {
        try (WrittenPlan written = WrittenPlan.of(serial, directory)) {
            Outcome expected = run(written, Ranks.single(), settings, true);
            return new RankComparison(expected, settings, LOSS_TOLERANCE, GRADIENT_TOLERANCE, true);
        }
    }

    /**
     * Runs the plan of several ranks as threads: losses, gradients of the first step unless backward updates, bytes of every collective,
     * outputs.
     */
    void check(Plan sharded, Path directory) throws Exception {
        Mesh mesh = sharded.target().mesh();
        boolean adds = !sharded.program().graph().form().updateInBackward();
        List<Outcome> outcomes;
        try (WrittenPlan written = WrittenPlan.of(sharded, directory)) {
            outcomes = RankThreads.run(mesh.devices(), ranks -> run(written, ranks, settings, adds));
        }
        for (int rank = 0; rank < outcomes.size(); rank++) {
            Outcome actual = outcomes.get(rank);
            for (int i = 0; i < STEPS; i++) {
                float loss = expected.losses().get(i);
                assertEquals(loss, actual.losses().get(i), lossTolerance * Math.abs(loss), "loss " + i);
            }
            if (adds) {
                compareGradients(expected, actual, coordinates(mesh, rank), mesh);
            }
            compareOutputs(expected.firstOutputs(), actual.firstOutputs());
            if (outputsStayClose) {
                compareOutputs(expected.lastOutputs(), actual.lastOutputs());
            }
            assertEquals(planned(sharded), actual.sent());
        }
    }

    private void compareOutputs(Map<String, HostTensor> expected, Map<String, HostTensor> actual) {
        float tolerance = (float) (10 * lossTolerance);
        expected.forEach((name, output) ->
                assertArrayEquals(output.floats(), actual.get(name).floats(), tolerance, name));
    }

    private void compareGradients(Outcome expected, Outcome actual, int[] coordinates, Mesh mesh) {
        double largest = expected.gradients().values().stream()
                .mapToDouble(RankComparison::norm)
                .max()
                .orElseThrow();
        assertEquals(expected.gradients().keySet(), actual.gradients().keySet());
        expected.gradients().forEach((name, whole) -> {
            HostTensor part = whole;
            List<Integer> cuts = actual.layouts().get(name).dimensions();
            for (int axis = 0; axis < cuts.size(); axis++) {
                if (cuts.get(axis) >= 0) {
                    long length = part.shape()[cuts.get(axis)] / mesh.size(axis);
                    part = part.narrow(cuts.get(axis), coordinates[axis] * length, length);
                }
            }
            HostTensor gradient = actual.gradients().get(name);
            assertArrayEquals(part.shape(), gradient.shape(), name);
            double error = distance(part, gradient);
            double size = norm(part);
            // the bias of attention's keys has no gradient but rounding
            assertTrue(
                    error <= gradientTolerance * (size + 0.01 * largest),
                    () -> name + ": error " + error + " of " + size);
        });
    }

    private static double norm(HostTensor tensor) {
        return distance(tensor, HostTensor.of(new float[tensor.size()], tensor.shape()));
    }

    private static double distance(HostTensor a, HostTensor b) {
        double squares = 0;
        for (int i = 0; i < a.size(); i++) {
            double difference = (double) a.floats()[i] - b.floats()[i];
            squares += difference * difference;
        }
        return Math.sqrt(squares);
    }

    private static int[] coordinates(Mesh mesh, int rank) {
        return new SimulatedMesh(mesh).coordinates(rank);
    }

    /** Bytes that a step of the plan sends, by place, mesh axis and kind. */
    private static Map<String, Long> planned(Plan plan) {
        Map<String, Long> bytes = new TreeMap<>();
        for (Communication communication : plan.communications()) {
            if (communication.wireBytes() > 0) {
                String key = key(communication.name(), communication.meshAxis(), communication.kind());
                bytes.merge(key, communication.stepBytes(), Long::sum);
            }
        }
        return bytes;
    }

    private static String key(String place, int axis, String kind) {
        return place + " " + axis + " " + kind;
    }

    private static Map<String, Long> sent(Traffic traffic) {
        Map<String, Long> bytes = new TreeMap<>();
        traffic.amounts().forEach((place, amount) -> {
            if (!place.at().equals("clipping")) {
                // plans name parameters after their operators
                String name = place.at().replace("gather ", "").replaceAll("\\.(\\d+)(?=\\.)", "[$1]");
                bytes.merge(key(name, place.axis(), place.kind().key()), amount.wireBytes(), Long::sum);
            }
        });
        return bytes;
    }

    private static Outcome run(WrittenPlan plan, Ranks ranks, Settings settings, boolean adds) throws Exception {
        try (PlannedStep<?> step = plan.open(ranks, Seed.of(5), settings)) {
            return run(step, adds);
        }
    }

    /** @param adds whether gradients may be looked at before they are gone */
    private static <B> Outcome run(PlannedStep<B> step, boolean adds) {
        Map<String, HostTensor> firstOutputs = step.forward(batch(step, 0));
        Map<String, Long> sentBefore = sent(step.traffic());
        List<Float> losses = new ArrayList<>();
        losses.add(adds ? step.accumulate(batch(step, 0), 1) : step.train(batch(step, 0), 0.01));
        Map<String, HostTensor> gradients = new LinkedHashMap<>();
        Map<String, Layout> layouts = new LinkedHashMap<>();
        for (Parameter parameter : step.parameters().all()) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                gradients.put(parameter.name(), download(gradient));
                layouts.put(parameter.name(), parameter.updatedLayout());
            }
        }
        if (adds) {
            step.update(0.01);
        }
        Map<String, Long> sent = sent(step.traffic());
        sentBefore.forEach((place, bytes) -> sent.merge(place, -bytes, Long::sum));
        sent.values().removeIf(bytes -> bytes == 0);
        for (int i = 1; i < STEPS - 1; i++) {
            losses.add(step.train(batch(step, i), 0.01));
        }
        losses.add(step.evaluate(batch(step, STEPS)));
        return new Outcome(losses, gradients, layouts, sent, firstOutputs, step.forward(batch(step, 0)));
    }

    private static <B> B batch(Step<B> step, int index) {
        return step.batch(RandomBatch.of(step.plan(), index));
    }

    private static HostTensor download(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.numel())];
        try (Tensor wide = tensor.to(ScalarType.Float);
                Tensor dense = wide.contiguous();
                FloatPointer data = dense.data_ptr_float()) {
            data.get(values);
        }
        long[] shape = new long[Math.toIntExact(tensor.dim())];
        for (int d = 0; d < shape.length; d++) {
            shape[d] = tensor.size(d);
        }
        return HostTensor.of(values, shape);
    }
}

package dev.ashlar.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.Parameter;
import dev.ashlar.runtime.engine.ParameterStore;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.PlanInfo;
import dev.ashlar.runtime.train.Step;
import dev.ashlar.samples.autograd.AutogradCnn;
import dev.ashlar.samples.autograd.AutogradGpt;
import dev.ashlar.samples.autograd.AutogradMlp;
import dev.ashlar.samples.autograd.Leaves;
import dev.ashlar.samples.cnn.CnnLaptopStep;
import dev.ashlar.samples.gpt.GptLaptopStep;
import dev.ashlar.samples.mlp.MlpLaptopStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** The samples' steps as they are: loss and every gradient are those of autograd within ‖a − b‖₂ ≤ 1e-6 · ‖b‖₂. */
final class WholeStepTest {
    private static final double TOLERANCE = 1e-6;
    private static final Seed SEED = Seed.of(5);

    @Test
    void mlp() {
        try (MlpLaptopStep step = MlpLaptopStep.open(Ranks.single(), SEED);
                PointerScope scope = new PointerScope()) {
            compare(step, (leaves, in) -> new AutogradMlp(leaves).loss(in.get("x"), in.get("targets")));
        }
    }

    @Test
    void gpt() {
        try (GptLaptopStep step = GptLaptopStep.open(Ranks.single(), SEED);
                PointerScope scope = new PointerScope()) {
            spreadOut(step.parameters());
            compare(step, (leaves, in) -> new AutogradGpt(leaves, 4, 4).loss(in.get("tokens"), in.get("targets")));
        }
    }

    @Test
    void cnn() {
        try (CnnLaptopStep step = CnnLaptopStep.open(Ranks.single(), SEED);
                PointerScope scope = new PointerScope()) {
            compare(step, (leaves, in) -> new AutogradCnn(leaves).loss(in.get("images"), in.get("targets")));
        }
    }

    private static <B> void compare(Step<B> step, BiFunction<Leaves, Map<String, Tensor>, Tensor> model) {
        List<HostTensor> batch = batch(step.plan());
        Map<String, Tensor> inputs = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            inputs.put(step.plan().inputs().get(i).name(), tensor(batch.get(i)));
        }
        Leaves leaves = new Leaves(step.parameters());
        Tensor expected = model.apply(leaves, inputs);
        expected.backward();
        float loss = step.accumulate(step.batch(batch), 1);

        assertEquals(expected.item_float(), loss, TOLERANCE * loss);
        for (Parameter parameter : step.parameters().all()) {
            if (parameter.trainable()) {
                Tensor gradient = parameter.gradient();
                assertNotNull(gradient, parameter.name());
                assertClose(parameter, gradient, leaves);
            }
        }
    }

    private static List<HostTensor> batch(PlanInfo plan) {
        Random random = new Random(1);
        List<HostTensor> batch = new ArrayList<>();
        for (InputInfo info : plan.inputs()) {
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            batch.add(
                    info.dtype() == DType.INT64
                            ? ids(random, (int) info.exclusiveUpperBound(), shape)
                            : floats(random, shape));
        }
        return batch;
    }

    private static void assertClose(Parameter parameter, Tensor actual, Leaves leaves) {
        String name = parameter.name();
        Tensor expected = leaves.get(name).grad();
        assertArrayEquals(parameter.shape(), expected.sizes().vec().get(), name);
        double error = norm(actual.sub(expected));
        // A key's bias moves all scores of a row alike, which softmax does not see: its gradient is zero but for
        // rounding.
        double size = norm(
                name.endsWith(".k.bias")
                        ? leaves.get(name.replace("bias", "weight")).grad()
                        : expected);
        assertTrue(error <= TOLERANCE * size, () -> name + ": error " + error + " of " + size);
    }

    private static double norm(Tensor tensor) {
        return torch.linalg_vector_norm(tensor.to(ScalarType.Double)).item_double();
    }

    /** Attention over small initial embeddings hardly depends on queries and keys; their gradients would be lost in rounding. */
    private static void spreadOut(ParameterStore store) {
        Parameter embedding = store.get("wte.weight");
        embedding.assign(floats(new Random(4), embedding.shape()));
        for (Parameter parameter : store.all()) {
            if (parameter.name().contains(".attn.") && parameter.shape().length == 2) {
                float[] values = floats(new Random(parameter.name().hashCode()), parameter.shape())
                        .floats();
                for (int i = 0; i < values.length; i++) {
                    values[i] *= 0.1f;
                }
                parameter.assign(HostTensor.of(values, parameter.shape()));
            }
        }
    }

    private static int size(long... shape) {
        long size = 1;
        for (long extent : shape) {
            size *= extent;
        }
        return Math.toIntExact(size);
    }

    private static HostTensor floats(Random random, long... shape) {
        float[] values = new float[size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostTensor.of(values, shape);
    }

    private static HostTensor ids(Random random, int bound, long... shape) {
        return HostTensor.of(random.longs(size(shape), 0, bound).toArray(), shape);
    }

    private static Tensor tensor(HostTensor host) {
        Tensor tensor = torch.empty(host.shape());
        if (host.dtype() == DType.FLOAT32) {
            try (FloatPointer data = tensor.data_ptr_float()) {
                data.put(host.floats(), 0, host.size());
            }
            return tensor;
        }
        Tensor ids = tensor.to(ScalarType.Long);
        try (LongPointer data = ids.data_ptr_long()) {
            data.put(host.longs(), 0, host.size());
        }
        return ids;
    }
}

package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceKind;
import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import dev.ashlar.runtime.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Runs kernels that the compiler puts together, and RMS norm, by kernels of our own and by libtorch's one after the other, and prints a line of JSON for each:
 * how far the results are apart as a share of the largest number, and how fast memory is read and written.
 */
public final class FusedKernels {
    private static final String SWITCH = "ashlar.kernels";
    private static final int ROUNDS = 10;
    private static final long[] SHAPE = {8, 1024, 8192};
    private static final int OPERANDS = 3;
    private static final long NORMED = 2048;

    private FusedKernels() {}

    /** @param tensors that are read or written in one kernel */
    private record Case(int tensors, BiFunction<Ops, Tensor[], Tensor[]> run) {}

    private record Measured(Tensor[] results, double seconds) {}

    private static Case text(String text, int inputs, int results) {
        return new Case(inputs + results, (ops, x) -> ops.pointwiseAll(text, Arrays.copyOf(x, inputs)));
    }

    private static Case dropped(String text, int inputs, long[] whole) {
        return new Case(
                inputs + 1, (ops, x) -> ops.pointwiseAll(text, 7L, 0L, whole, Arrays.copyOf(x, inputs)));
    }

    private static Case summed(String text, int inputs) {
        return new Case(inputs + 1, (ops, x) -> {
            Tensor made = ops.pointwise(text + "\nsum(y0);", Arrays.copyOf(x, inputs));
            return new Tensor[] {made, ops.linearBiasGradient(made)};
        });
    }

    /** Of rows of so many numbers, with the first of the last operand as weight. */
    private static Case norm(boolean backward) {
        return new Case(backward ? 5 : 2, (ops, x) -> {
            try (Tensor rows = x[0].view(-1, NORMED);
                    Tensor dy = x[1].view(-1, NORMED);
                    Tensor line = x[2].view(-1);
                    Tensor weight = line.narrow(0, 0, NORMED)) {
                Tensor[] made = ops.rmsNorm(rows, weight, 1e-5);
                if (!backward) {
                    return made;
                }
                try (Tensor y = made[0];
                        Tensor rstd = made[1]) {
                    return ops.rmsNormBackward(dy, rows, rstd, weight, true, true);
                }
            }
        });
    }

    private static Map<String, Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("sum", text("y0 = add(x0, x1);", 2, 1));
        cases.put("gated product", text("y0 = multiply(silu(x0), x1);", 2, 1));
        cases.put(
                "its gradients",
                text("y0 = siluGradient(multiply(x0, x2), x1);\ny1 = multiply(x0, silu(x1));", 3, 2));
        cases.put("scaled gelu", text("y0 = scale(geluTanh(x0), 0.5);", 1, 1));
        cases.put("its gradient", text("y0 = geluTanhGradient(scale(x0, 0.5), x1);", 2, 1));
        cases.put("exact gelu's gradient", text("y0 = geluGradient(scale(x0, 0.5), x1);", 2, 1));
        cases.put("gelu's gradient and a bias's", summed("y0 = geluTanhGradient(x0, x1);", 2));
        cases.put("relu's gradient and a bias's", summed("y0 = reluGradient(x0, x1);", 2));
        cases.put("RMS norm", norm(false));
        cases.put("RMS norm and its gradients", norm(true));
        cases.put("rectified sum", text("y0 = relu(add(x0, x1));", 2, 1));
        cases.put("sum behind dropout", dropped("y0 = add(x0, dropout(x1, 0.1));", 2, SHAPE));
        long[] whole = {SHAPE[0], SHAPE[1], 2 * SHAPE[2]};
        cases.put("sum behind dropout, of half the columns", dropped("y0 = add(x0, dropout(x1, 0.1));", 2, whole));
        return cases;
    }

    public static void main(String[] arguments) {
        for (Precision precision : List.of(Precision.BF16, Precision.FP32)) {
            Map<String, Measured> fused = all(precision, true);
            Map<String, Measured> apart = all(precision, false);
            fused.forEach((name, one) -> print(precision, name, one, apart.get(name)));
        }
    }

    private static Map<String, Measured> all(Precision precision, boolean kernels) {
        System.setProperty(SWITCH, Boolean.toString(kernels));
        Map<String, Measured> measured = new LinkedHashMap<>();
        try (Engine engine = Engine.open(DeviceKind.CUDA, precision, Seed.of(1), false)) {
            Tensor[] operands = operands(engine.ops());
            cases().forEach((name, one) -> measured.put(name, measure(engine.ops(), one, operands, kernels ? ROUNDS : 1)));
            for (Tensor operand : operands) {
                operand.close();
            }
        }
        return measured;
    }

    /** Of a waved line: no two neighbours alike. */
    private static Tensor[] operands(Ops ops) {
        int row = Math.toIntExact(SHAPE[2]);
        Tensor[] operands = new Tensor[OPERANDS];
        for (int i = 0; i < OPERANDS; i++) {
            float[] values = new float[row];
            for (int j = 0; j < row; j++) {
                values[j] = (float) (3 * Math.sin(j * (i + 1) * 0.37 + i));
            }
            try (Tensor line = ops.upload(HostTensor.of(values, row));
                    Tensor all = line.expand(SHAPE)) {
                operands[i] = all.contiguous();
            }
        }
        return operands;
    }

    /** The fastest of some rounds of so many runs each; libtorch's dropout takes long. */
    private static Measured measure(Ops ops, Case one, Tensor[] operands, int runs) {
        Tensor[] results = one.run().apply(ops, operands);
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            synchronize();
            long start = System.nanoTime();
            for (int j = 0; j < runs; j++) {
                for (Tensor made : one.run().apply(ops, operands)) {
                    made.close();
                }
            }
            synchronize();
            seconds.add((System.nanoTime() - start) / 1e9 / runs);
        }
        return new Measured(results, seconds.stream().mapToDouble(s -> s).min().orElseThrow());
    }

    private static void synchronize() {
        try (CUDAStream stream = torch_cuda.getCurrentCUDAStream()) {
            stream.synchronize();
        }
    }

    private static void print(Precision precision, String name, Measured one, Measured apart) {
        double largest = 0;
        for (int i = 0; i < one.results().length; i++) {
            Tensor left = one.results()[i];
            Tensor right = apart.results()[i];
            try (Tensor difference = left.sub(right, new Scalar(1));
                    Tensor absolute = difference.abs();
                    Tensor most = torch.max(absolute);
                    Tensor size = right.abs();
                    Tensor scale = torch.max(size)) {
                largest = Math.max(largest, most.item_float() / Math.max(1, scale.item_float()));
            }
            left.close();
            right.close();
        }
        double bytes = SHAPE[0] * SHAPE[1] * SHAPE[2] * (double) (precision == Precision.FP32 ? 4 : 2)
                * cases().get(name).tensors();
        System.out.printf(
                Locale.ROOT,
                "{\"kernel\":\"%s\",\"precision\":\"%s\",\"largestDifference\":%.2e,\"microseconds\":%.1f,\"bytesPerSecond\":%.3e,\"microsecondsApart\":%.1f}%n",
                name,
                precision,
                largest,
                one.seconds() * 1e6,
                bytes / one.seconds(),
                apart.seconds() * 1e6);
    }
}

package dev.ashlar.samples.bench.gpu;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.engine.DeviceMemory;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.runtime.train.InputInfo;
import dev.ashlar.runtime.train.PlannedStep;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Times the written step of plans on random tokens, and prints one line of JSON for each; started by {@code Launch}, on several devices.
 *
 * <pre>{@code GpuBenchmark [--steps N] PLAN…}</pre>
 */
public final class GpuBenchmark {
    private static final double LEARNING_RATE = 1e-4;
    private static final int WARM_UP = 6;

    private GpuBenchmark() {}

    public static void main(String[] arguments) {
        int steps = 20;
        int first = 0;
        if (arguments.length > 1 && arguments[0].equals("--steps")) {
            steps = Integer.parseInt(arguments[1]);
            first = 2;
        }
        Ranks ranks = Ranks.fromEnvironment();
        for (String plan : Arrays.asList(arguments).subList(first, arguments.length)) {
            try (PlannedStep<TransformerBatch> step = open(plan, ranks)) {
                String line = line(plan, step, steps);
                if (ranks.rank() == 0) {
                    System.out.println(line);
                }
            } catch (RuntimeException e) {
                System.out.println("{\"plan\":\"" + plan + "\",\"failed\":\""
                        + String.valueOf(e.getMessage()).replace('"', '\'').replace('\n', ' ') + "\"}");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static PlannedStep<TransformerBatch> open(String plan, Ranks ranks) {
        try {
            return (PlannedStep<TransformerBatch>) Class.forName(GpuBenchmark.class.getPackageName() + "." + plan + "Step")
                    .getMethod("open", Ranks.class, Seed.class)
                    .invoke(null, ranks, Seed.of(1));
        } catch (ReflectiveOperationException e) {
            Throwable cause = e.getCause();
            throw new IllegalArgumentException("the plan " + plan + " cannot be opened: " + (cause == null ? e : cause), e);
        }
    }

    private static String line(String plan, PlannedStep<TransformerBatch> step, int steps) {
        Random random = new Random(1);
        List<HostTensor> inputs =
                step.plan().inputs().stream().map(info -> ids(info, random)).toList();
        TransformerBatch batch = step.batch(inputs);
        step.resetPeak();
        long start = System.nanoTime();
        float loss = 0;
        for (int i = 0; i < WARM_UP; i++) {
            loss = step.train(batch, LEARNING_RATE);
        }
        double warm = (System.nanoTime() - start) * 1e-9;
        double[] seconds = new double[steps];
        for (int i = 0; i < steps; i++) {
            long before = System.nanoTime();
            loss = step.train(batch, LEARNING_RATE); // from one loss to the next
            seconds[i] = (System.nanoTime() - before) * 1e-9;
        }
        Arrays.sort(seconds);
        return json(plan, step, inputs.get(0).size(), seconds, warm, loss);
    }

    static HostTensor ids(InputInfo info, Random random) {
        long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
        long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return HostTensor.of(random.longs(size, 0, info.exclusiveUpperBound()).toArray(), shape);
    }

    private static String json(
            String plan, PlannedStep<TransformerBatch> step, long tokens, double[] seconds, double warm, float loss) {
        double median = seconds[seconds.length / 2];
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("plan", plan);
            json.writeNumberField("ranks", step.plan().worldSize());
            json.writeStringField("planHash", step.plan().planHash().substring(0, 12));
            json.writeNumberField("millis", rounded(median * 1e3));
            json.writeNumberField("fastestMillis", rounded(seconds[0] * 1e3));
            json.writeNumberField("tokensPerSecond", Math.round(tokens / median));
            if (step.memory().isPresent()) {
                DeviceMemory memory = step.memory().get();
                json.writeNumberField("peakBytes", memory.peakBytes());
                json.writeNumberField("peakGib", rounded(memory.peakBytes() / 0x1p30));
                json.writeNumberField("reservedBytes", memory.peakReservedBytes());
                json.writeNumberField("deviceBytes", memory.deviceBytes());
            }
            json.writeNumberField("plannedMillis", rounded(planned(plan, "time", "stepNanos") * 1e-6));
            json.writeNumberField("plannedPeakBytes", step.plan().peakBytes());
            json.writeNumberField("plannedPeakGib", rounded(step.plan().peakBytes() / 0x1p30));
            json.writeNumberField("plannedDeviceBytes", planned(plan, "memory", "takenBytes"));
            json.writeNumberField("warmUpSeconds", rounded(warm));
            json.writeNumberField("loss", loss);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static double rounded(double value) {
        return Math.round(value * 1e3) / 1e3;
    }

    /** A number of the plan's JSON: the first with this name behind that of its object. */
    private static long planned(String plan, String object, String name) throws IOException {
        try (InputStream file = GpuBenchmark.class.getResourceAsStream(plan + ".plan.json");
                JsonParser parser = new JsonFactory().createParser(file)) {
            boolean inside = false;
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.FIELD_NAME) {
                    inside |= parser.currentName().equals(object);
                    if (inside && parser.currentName().equals(name)) {
                        return parser.nextLongValue(0);
                    }
                }
            }
        }
        throw new IOException("the plan of " + plan + " has no " + name);
    }
}

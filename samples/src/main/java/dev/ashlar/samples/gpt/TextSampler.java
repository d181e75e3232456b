package dev.ashlar.samples.gpt;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.train.Step;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Lets the model continue a text byte by byte, as many continuations at once as its plan has rows in a batch. */
final class TextSampler {
    private final Step<GptBatch> step;
    private final double temperature;
    private final int rows;
    private final int length;
    private final SplittableRandom random;

    /** @param temperature the logits are divided by it: below 1 the likely bytes become likelier */
    TextSampler(Step<GptBatch> step, double temperature, Seed seed) {
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new AshlarException("the temperature is " + temperature + "; give a positive number, such as 0.8");
        }
        List<Long> shape = step.plan().inputs().get(0).shape();
        this.step = step;
        this.temperature = temperature;
        this.rows = Math.toIntExact(shape.get(0));
        this.length = Math.toIntExact(shape.get(1));
        this.random = new SplittableRandom(seed.value());
    }

    /** Continues a text by so many bytes, in as many ways as a batch has rows. The text itself is not repeated. */
    List<String> continuations(String text, int bytes) {
        byte[] start = text.getBytes(StandardCharsets.UTF_8);
        if (start.length == 0) {
            throw new AshlarException("the text to continue is empty; give at least one byte");
        }
        byte[][] texts = new byte[rows][start.length + bytes];
        for (byte[] row : texts) {
            System.arraycopy(start, 0, row, 0, start.length);
        }
        for (int end = start.length; end < start.length + bytes; end++) {
            extend(texts, end);
        }
        return IntStream.range(0, rows)
                .mapToObj(row -> printable(texts[row], start.length))
                .toList();
    }

    /** Draws byte {@code end} of every text from what the model makes of the bytes before it, the last {@code length} of them. */
    private void extend(byte[][] texts, int end) {
        int first = Math.max(0, end - length);
        long[] tokens = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            for (int i = first; i < end; i++) {
                tokens[row * length + i - first] = Byte.toUnsignedLong(texts[row][i]);
            }
        }
        // Attention is causal: what stands behind the last byte does not reach it, and no target is read.
        HostTensor targets = HostTensor.of(new long[rows * length], rows, length);
        HostTensor logits = step.forward(new GptBatch(HostTensor.of(tokens, rows, length), targets))
                .get("logits");
        if (logits == null) {
            throw new AshlarException("the model has no output 'logits'; name the method with @Output so");
        }
        int vocabulary = logits.size() / (rows * length);
        for (int row = 0; row < rows; row++) {
            int offset = (row * length + end - first - 1) * vocabulary;
            texts[row][end] = (byte) draw(logits.floats(), offset, vocabulary);
        }
    }

    private int draw(float[] logits, int offset, int vocabulary) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < vocabulary; i++) {
            largest = Math.max(largest, logits[offset + i]);
        }
        double[] sums = new double[vocabulary];
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp((logits[offset + i] - largest) / temperature);
            sums[i] = sum;
        }
        double drawn = random.nextDouble() * sum;
        int chosen = 0;
        while (chosen < vocabulary - 1 && sums[chosen] <= drawn) {
            chosen++;
        }
        return chosen;
    }

    /** Control characters, which may move a terminal's cursor, become blanks; lines stay. */
    private static String printable(byte[] bytes, int from) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (int i = from; i < bytes.length; i++) {
            boolean control = bytes[i] >= 0 && bytes[i] < ' ' && bytes[i] != '\n';
            kept.write(control ? ' ' : bytes[i]);
        }
        return kept.toString(StandardCharsets.UTF_8);
    }
}

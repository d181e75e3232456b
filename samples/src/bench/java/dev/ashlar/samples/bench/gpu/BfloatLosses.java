package dev.ashlar.samples.bench.gpu;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.Seed;
import dev.ashlar.runtime.launch.Ranks;
import dev.ashlar.samples.gpt.GptBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.StringJoiner;

/**
 * Trains a small transformer in bfloat16 and leaves in a directory what {@code losses.py} needs to train the same one with PyTorch: first
 * values ({@code initial.safetensors}), batches ({@code batches.bin}) and the losses ({@code NAME.losses}, a line each).
 *
 * <pre>{@code BfloatLosses DIRECTORY NAME}</pre>
 */
public final class BfloatLosses {
    private static final int STEPS = 50;
    private static final double LEARNING_RATE = 1e-3;
    /** Of ten tokens one is drawn by chance; the others follow from the one before, so that there is something to learn. */
    private static final int CHANCE = 10;

    private BfloatLosses() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        try (CheckBfloatStep step = CheckBfloatStep.open(Ranks.single(), Seed.of(1))) {
            step.save(directory.resolve("initial.safetensors"));
            int rows = Math.toIntExact(step.plan().inputs().get(0).shape().get(0));
            int length = Math.toIntExact(step.plan().inputs().get(0).shape().get(1));
            long vocabulary = step.plan().inputs().get(0).exclusiveUpperBound();
            ByteBuffer all = ByteBuffer.allocate(STEPS * rows * (length + 1) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            StringJoiner losses = new StringJoiner("\n", "", "\n");
            Random random = new Random(1);
            for (int i = 0; i < STEPS; i++) {
                long[][] texts = texts(rows, length + 1, vocabulary, random);
                for (long[] text : texts) {
                    all.asLongBuffer().put(text);
                    all.position(all.position() + text.length * Long.BYTES);
                }
                GptBatch batch = new GptBatch(part(texts, 0, length), part(texts, 1, length));
                losses.add(String.format(Locale.ROOT, "%.9g", step.train(batch, LEARNING_RATE * (i + 1) / STEPS)));
            }
            Files.write(directory.resolve("batches.bin"), all.array());
            Files.writeString(directory.resolve(arguments[1] + ".losses"), losses.toString());
        }
    }

    private static long[][] texts(int rows, int length, long vocabulary, Random random) {
        long[][] texts = new long[rows][length];
        for (long[] text : texts) {
            text[0] = random.nextInt((int) vocabulary);
            for (int i = 1; i < length; i++) {
                long chance = random.nextInt((int) vocabulary);
                text[i] = random.nextInt(CHANCE) == 0 ? chance : (5 * text[i - 1] + 17) % vocabulary;
            }
        }
        return texts;
    }

    private static HostTensor part(long[][] texts, int from, int length) {
        long[] ids = new long[texts.length * length];
        for (int row = 0; row < texts.length; row++) {
            System.arraycopy(texts[row], from, ids, row * length, length);
        }
        return HostTensor.of(ids, texts.length, length);
    }
}

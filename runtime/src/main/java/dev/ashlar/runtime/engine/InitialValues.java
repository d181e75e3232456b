package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.Seed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Draws first values that depend on seed, name and shape alone, on all of the host's processors: a large model has billions. */
final class InitialValues {
    /** Elements that are drawn in one go, by a generator of their own. Another number gives large parameters other values. */
    static final long PIECE = 1L << 22;

    private final Seed seed;

    InitialValues(Seed seed) {
        this.seed = seed;
    }

    /**
     * Sets all elements.
     *
     * @param values contiguous, of 32-bit floats, in the host's memory
     */
    void fill(String name, Init init, Tensor values) {
        if (init instanceof Init.Constant constant) {
            fill(values, constant.value());
            return;
        }
        long nameAndShape = hash(name, Tensors.shape(values));
        try (Tensor flat = values.view(-1)) {
            long size = flat.numel();
            int pieces = Math.toIntExact((size + PIECE - 1) / PIECE);
            IntStream.range(0, pieces).parallel().forEach(piece -> {
                long start = piece * PIECE;
                try (Tensor part = flat.narrow(0, start, Math.min(PIECE, size - start))) {
                    draw(init, part, generatorSeed(nameAndShape, piece));
                }
            });
        }
    }

    private static void fill(Tensor values, double value) {
        try (Scalar scalar = new Scalar(value)) {
            values.fill_(scalar);
        }
    }

    private static void draw(Init init, Tensor values, long generatorSeed) {
        try (Generator generator = torch.make_generator_cpu(generatorSeed);
                GeneratorOptional optional = new GeneratorOptional(generator)) {
            if (init instanceof Init.Normal normal) {
                values.normal_(0, normal.std(), optional);
            } else if (init instanceof Init.Uniform uniform) {
                values.uniform_(-uniform.bound(), uniform.bound(), optional);
            }
        }
    }

    /** The generator keeps 32 bits of it. */
    private long generatorSeed(long nameAndShape, int piece) {
        long first = seed.mix(nameAndShape);
        return (piece == 0 ? first : Seed.of(first).mix(piece)) & 0xffffffffL;
    }

    private static long hash(String name, long[] shape) {
        CRC32C hash = new CRC32C();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        ByteBuffer extents = ByteBuffer.allocate(Long.BYTES * shape.length);
        for (long extent : shape) {
            extents.putLong(extent);
        }
        hash.update(extents.flip());
        return hash.getValue();
    }
}

package dev.ashlar.processor.op;

/**
 * What a convolution in 32 bits with stride 1 and a kernel of more than one tap takes beside its results, in bytes, on two threads of an AVX-512
 * host, as libtorch and oneDNN allocate it. A small single image is unfolded into columns. All others are copied to blocks of channels: the gradient of the input
 * is made first, then those of weight and bias, whose partial sums are added where threads share out the batch.
 */
final class PlainConvolution {
    private static final int THREADS = (int) Workspaces.THREADS;

    /** libtorch leaves a single image of so few elements to its own kernel. */
    private static final long SMALL_IMAGE = 20480;

    private static final long SMALL_KERNEL = 3;

    /** So few channels are read as they lie while the weight's gradient is made. */
    private static final long FIRST_CHANNELS = 3;

    /** Channels of a block, and of one where the input has fewer than {@link #BLOCK} but more than {@link #FIRST_CHANNELS}. */
    private static final long BLOCK = 16;

    private static final long HALF_BLOCK = 8;

    /** Where threads that share out the batch meet, and where those do that add up what a job made: pages. */
    private static final long MEETING_BYTES = 8320;

    private static final long JOBS_MEETING_BYTES = 12288;

    /** Between a bias that is filled up and what lies behind it. */
    private static final long BIAS_MARGIN_BYTES = 128;

    /** Parts of a gradient that jobs make do not exceed so many elements. */
    private static final long MOST_PARTS = 1 << 21;

    private final TensorType x;
    private final TensorType y;
    private final long taps;
    private final boolean bias;
    private final long weight;
    private final long biasBytes;

    PlainConvolution(Attributes attributes, Shapes shapes) {
        this.x = shapes.input();
        this.y = shapes.output();
        TensorType kernel = shapes.parameters().get(0);
        this.taps = kernel.size(2) * kernel.size(3);
        this.bias = attributes.flag("bias");
        this.weight = shapes.bytes(kernel);
        this.biasBytes = bias ? y.size(1) * Float.BYTES : 0;
    }

    /** Whether it is one; on an image that is no larger than the kernel oneDNN chooses other ways. */
    static boolean is(Attributes attributes, Shapes shapes) {
        long kernel = attributes.whole("kernel");
        return !Workspaces.widens(shapes)
                && kernel > 1
                && attributes.whole("stride") == 1
                && attributes.whole("dilation") == 1
                && attributes.whole("groups") == 1
                && Math.min(shapes.input().size(2), shapes.input().size(3)) > kernel
                && Math.min(shapes.output().size(2), shapes.output().size(3)) > kernel;
    }

    long forwardBytes() {
        if (unfolds()) {
            return columns();
        }
        boolean asItLies = channels() < BLOCK;
        long result = blocked(y, BLOCK);
        long copies = asItLies ? 0 : blocked(x, BLOCK);
        return Math.max(copies + weight(BLOCK, asItLies) + result + filledBias(BLOCK) - bytes(y), result);
    }

    /** Its results count elsewhere and are here taken off. */
    long backwardBytes(boolean ofInput) {
        if (unfolds()) {
            return columns();
        }
        long input = blocked(x, BLOCK) + Math.max(blocked(y, BLOCK) + weight(BLOCK, false), bytes(x));
        long inputGradient = ofInput ? bytes(x) : 0;
        boolean first = channels() <= FIRST_CHANNELS;
        long block = first || channels() >= BLOCK ? BLOCK : HALF_BLOCK;
        long gradient = weight(block, first);
        long copies = blocked(y, block) + (first ? 0 : blocked(x, block));
        long parameters = inputGradient + gradient + biasBytes;
        long adding = parameters + copies + filledBias(block) + sums(block, first, gradient);
        long copied = parameters + weight + biasBytes;
        return Math.max(ofInput ? input : 0, Math.max(adding, copied)) - inputGradient - weight - biasBytes;
    }

    private boolean unfolds() {
        return x.size(0) == 1 && x.elements() <= SMALL_IMAGE && taps <= SMALL_KERNEL * SMALL_KERNEL;
    }

    private long columns() {
        return channels() * taps * y.size(2) * y.size(3) * Float.BYTES;
    }

    private long channels() {
        return x.size(1);
    }

    private static long bytes(TensorType type) {
        return type.elements() * Float.BYTES;
    }

    private static long blocked(TensorType image, long block) {
        return bytes(image) / image.size(1) * whole(image.size(1), block);
    }

    private long weight(long block, boolean asItLies) {
        return whole(y.size(1), block) * (asItLies ? channels() : whole(channels(), block)) * taps * Float.BYTES;
    }

    private static long whole(long channels, long block) {
        return blocks(channels, block) * block;
    }

    private static long blocks(long channels, long block) {
        return (channels + block - 1) / block;
    }

    /** A bias whose channels do not fill their blocks. */
    private long filledBias(long block) {
        return bias && y.size(1) % block != 0 ? whole(y.size(1), block) * Float.BYTES + BIAS_MARGIN_BYTES : 0;
    }

    /** What threads have of their own while they make the gradients of weight and bias. */
    private long sums(long block, boolean first, long gradient) {
        long outputs = blocks(y.size(1), block);
        long inputs = first ? 1 : blocks(channels(), block);
        long bytes = bias ? jobs(outputs, block) : 0;
        if (block == HALF_BLOCK) {
            return bytes + jobs(outputs * inputs, taps * block * block);
        }
        return bytes
                + (splitsBatch(outputs, inputs, first) ? gradient + outputs * block * Float.BYTES + MEETING_BYTES : 0);
    }

    /**
     * The second thread's part of a gradient that is made in jobs of so many elements. An even number of jobs is shared out; an odd one too, unless both threads do all for half the
     * batch in less time.
     */
    private long jobs(long count, long elements) {
        long batch = x.size(0);
        boolean shared = count % 2 == 0
                || batch < THREADS
                || count > 1
                        && ((count + 1) / 2 * batch <= count * ((batch + 1) / 2 + 1)
                                || count > MOST_PARTS / (THREADS * elements));
        return shared ? 0 : count * elements * Float.BYTES + JOBS_MEETING_BYTES;
    }

    private boolean splitsBatch(long outputs, long inputs, boolean first) {
        return new GradientThreads(x, y, outputs, inputs, BLOCK, first ? channels() : BLOCK, taps).splitBatch();
    }
}

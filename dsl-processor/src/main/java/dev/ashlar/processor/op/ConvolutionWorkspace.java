package dev.ashlar.processor.op;

/**
 * What a convolution takes beside its results, in bytes, on two threads of an AVX-512 host: exactly for {@link PlainConvolution}s, at most for the others. oneDNN
 * works on copies whose channels are filled up to blocks; the copies of one kernel are gone when the next one starts.
 */
final class ConvolutionWorkspace {
    /** Channels of a block of oneDNN. */
    private static final long BLOCK = 16;

    /** So few channels of an image are read as they lie, unless the kernel is a single tap. */
    private static final long READ_AS_THEY_LIE = 3;

    /** Blocks of channels that a thread turns around at once in bfloat16. */
    private static final long TURNED_BLOCKS = 8;

    /** Pixels that a turned row is longer by. */
    private static final long TURNED_MARGIN = 2;

    /** What the threads meet at while they add their parts of the gradients of weight and bias: a few pages. */
    private static final long MEETING_BYTES = 20480;

    /** A filled up bias, and the lines that buffers start at. */
    private static final long SMALL_BYTES = 4096;

    private final Attributes attributes;
    private final Shapes shapes;
    private final boolean grouped;
    private final TensorType kernel;
    private final long x;
    private final long y;
    private final long weight;
    private final long xBlocked;
    private final long yBlocked;
    private final long weightBlocked;

    ConvolutionWorkspace(Attributes attributes, Shapes shapes) {
        this.attributes = attributes;
        this.shapes = shapes;
        this.grouped = attributes.whole("groups") > 1;
        this.kernel = shapes.parameters().get(0);
        this.x = shapes.bytes(shapes.input());
        this.y = shapes.bytes(shapes.output());
        this.weight = shapes.bytes(kernel);
        long c = shapes.input().size(1);
        long o = shapes.output().size(1);
        this.xBlocked = x / c * whole(c);
        this.yBlocked = y / o * whole(o);
        this.weightBlocked = weight / (o * c) * whole(o) * whole(c);
    }

    private static long whole(long channels) {
        return (channels + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** Copies of both factors and of the result, which is then copied to where it belongs. */
    long forwardBytes() {
        if (PlainConvolution.is(attributes, shapes)) {
            return new PlainConvolution(attributes, shapes).forwardBytes();
        }
        if (grouped) {
            return Math.max(x + weight, y);
        }
        return Math.max(xRead() + weightBlocked + yBlocked - y + tapBytes() + SMALL_BYTES, yBlocked);
    }

    /** Of the gradients of input and weight, whichever takes more; the results count elsewhere and are here taken off. */
    long backwardBytes(boolean ofInput) {
        if (PlainConvolution.is(attributes, shapes)) {
            return new PlainConvolution(attributes, shapes).backwardBytes(ofInput);
        }
        if (attributes.whole("dilation") > 1) {
            return 3 * x + 2 * weight + y + (Workspaces.widens(shapes) && !grouped ? 4 * weight : 0);
        }
        if (grouped) {
            return xBlocked + y + weight;
        }
        boolean strided = attributes.whole("stride") > 1;
        long product = yBlocked + (strided ? 2 : 1) * weightBlocked + xBlocked - x - weight + tapBytes();
        long copied = strided ? xBlocked + x - weight : xBlocked - weight;
        long weights = yBlocked + xRead() + weightBlocked - weight + gatheredBytes() + partsBytes();
        return (ofInput ? Math.max(Math.max(product, copied), weights) : weights) + SMALL_BYTES;
    }

    private long xRead() {
        boolean asItLies = shapes.input().size(1) <= READ_AS_THEY_LIE && attributes.whole("kernel") > 1;
        return asItLies ? x : xBlocked;
    }

    /**
     * A single tap is a matrix product for every image: a thread has one image's result in 32 bits if the plan computes in fewer, and
     * gathers the pixels that a stride leaves of it.
     */
    private long tapBytes() {
        if (attributes.whole("kernel") > 1) {
            return 0;
        }
        long most =
                Math.max(whole(shapes.input().size(1)), whole(shapes.output().size(1)));
        long sums = Workspaces.widens(shapes) ? Workspaces.THREADS * most * pixels() * Float.BYTES : 0;
        return sums + gatheredBytes();
    }

    private long gatheredBytes() {
        boolean gathers = attributes.whole("kernel") == 1 && attributes.whole("stride") > 1;
        return gathers ? Workspaces.THREADS * whole(shapes.input().size(1)) * pixels() * shapes.computeBytes() : 0;
    }

    private long pixels() {
        return shapes.output().size(2) * shapes.output().size(3);
    }

    /** What threads have of their own while they make the weight's gradient; in bfloat16 they add in 32 bits and turn their rows around. */
    private long partsBytes() {
        long parts = Workspaces.THREADS - 1;
        if (!Workspaces.widens(shapes)) {
            return (splitsBatch() ? parts * weightBlocked : 0) + MEETING_BYTES;
        }
        long sums = grouped
                ? 2 * weight
                : (splitsBatch() ? parts + 1 : parts) * weightBlocked * Float.BYTES / shapes.computeBytes();
        return sums + Workspaces.THREADS * (turned(shapes.input()) + turned(shapes.output())) + MEETING_BYTES;
    }

    private long turned(TensorType image) {
        long channels = Math.min(TURNED_BLOCKS * BLOCK, whole(image.size(1)));
        return channels * image.size(2) * (image.size(3) + TURNED_MARGIN) * shapes.computeBytes();
    }

    /**
     * Whether threads share out the batch and add their weight gradients, not the channels. They do where that moves less: every thread
     * reads its part of the images, or all of them for its part of the weight. Where it is close, they are said to; fewer channels than a block's may take less than is said.
     */
    private boolean splitsBatch() {
        long taps = kernel.size(2) * kernel.size(3);
        long c = shapes.input().size(1);
        long o = shapes.output().size(1);
        return 4 * (shapes.input().elements() / c) > taps * o && shapes.output().elements() / o > taps * c;
    }
}

package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.HostTensor;
import dev.ashlar.runtime.dist.Layout;
import org.bytedeco.pytorch.Tensor;

/**
 * Copies tensors that lie on several devices to the Java heap, all of each on every rank. A few indices of one dimension at a time are gathered
 * on the devices: plans have no memory for more than a device's own part, but for what made it and is gone.
 */
public final class WholeDownload {
    /** The part of a device's own bytes that is gathered at a time, unless one index takes more. */
    private static final int PIECES = 1024;

    private final Ops ops;
    private final Collectives collectives;
    private final long pieces;

    public WholeDownload(Ops ops, Collectives collectives) {
        this(ops, collectives, PIECES);
    }

    WholeDownload(Ops ops, Collectives collectives, long pieces) {
        this.ops = ops;
        this.collectives = collectives;
        this.pieces = pieces;
    }

    /** Floating-point types come as FLOAT32 and the others as INT64. */
    public HostTensor of(Tensor x, Layout layout) {
        long[] own = Tensors.shape(x);
        long[] whole = own.clone();
        int longest = 0;
        for (int d = 0; d < own.length; d++) {
            whole[d] *= collectives.parts(layout, d);
            longest = own[d] > own[longest] ? d : longest;
        }
        if (layout.isWhole()) {
            return ops.download(x);
        }
        return own.length == 0 ? gathered(Tensors.share(x), layout) : gathered(x, layout, whole, longest);
    }

    private HostTensor gathered(Tensor x, Layout layout, long[] whole, int dimension) {
        int size = Math.toIntExact(product(whole, 0, whole.length));
        int parts = Math.toIntExact(collectives.parts(layout, dimension));
        long own = x.size(dimension);
        long most = Math.max(1, x.numel() / pieces * own / Math.max(1, size));
        boolean floats = x.is_floating_point();
        Object data = floats ? new float[size] : new long[size];
        int inner = Math.toIntExact(product(whole, dimension + 1, whole.length));
        int outer = Math.toIntExact(product(whole, 0, dimension));
        for (long from = 0; from < own; from += most) {
            long length = Math.min(most, own - from);
            HostTensor piece;
            try (Tensor view = x.narrow(dimension, from, length)) {
                piece = gathered(view.contiguous(), layout);
            }
            Object source = floats ? piece.floats() : piece.longs();
            int run = Math.toIntExact(length) * inner;
            for (int block = 0; block < outer * parts; block++) {
                System.arraycopy(source, block * run, data, Math.toIntExact((block * own + from) * inner), run);
            }
        }
        return floats ? HostTensor.of((float[]) data, whole) : HostTensor.of((long[]) data, whole);
    }

    /** Takes {@code part}. */
    private HostTensor gathered(Tensor part, Layout layout) {
        try (Tensor whole = collectives.whole(part, layout)) {
            return ops.download(whole);
        }
    }

    private static long product(long[] sizes, int from, int to) {
        long product = 1;
        for (int d = from; d < to; d++) {
            product = Math.multiplyExact(product, sizes[d]);
        }
        return product;
    }
}

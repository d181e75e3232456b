package dev.ashlar.runtime.engine;

/**
 * Row-major indices, in a whole tensor, of the elements of a part of it. Dimensions that lie together in both are one: elements come in
 * rows of consecutive indices, rows at one distance.
 */
final class GlobalIndices {
    private final long offset;
    /** Of the part, outer to inner; only the outermost of a row's dimensions is cut. */
    private final long[] sizes;

    /** In the whole. */
    private final long[] strides;

    private GlobalIndices(long offset, long[] sizes, long[] strides) {
        this.offset = offset;
        this.sizes = sizes;
        this.strides = strides;
    }

    /** Whether rows of columns in blocks say all. */
    boolean isInBlocks() {
        return sizes.length <= 3;
    }

    long offset() {
        return offset;
    }

    /** Elements of a row. */
    long columns() {
        return sizes[sizes.length - 1];
    }

    /** Rows of a block; 0 where there is one row alone. */
    long rows() {
        return sizes.length == 1 ? 0 : sizes[sizes.length - 2];
    }

    /** From row to row. */
    long rowStride() {
        return sizes.length == 1 ? 0 : strides[strides.length - 2];
    }

    /** From block to block. */
    long blockStride() {
        return sizes.length < 3 ? 0 : strides[strides.length - 3];
    }

    /** Elements whose indices are {@code rows} times {@code columns} numbers. */
    @FunctionalInterface
    interface Run {
        /**
         * @param start row-major index in the part
         * @param index the same in the whole
         * @param stride in the whole, from row to row
         */
        void at(long start, long rows, long columns, long index, long stride);
    }

    /** @param offset index of the part's first element in the whole */
    static GlobalIndices of(long[] part, long[] whole, long offset) {
        long[] sizes = new long[part.length + 1];
        long[] strides = new long[part.length + 1];
        int first = part.length;
        sizes[first] = 1;
        strides[first] = 1;
        long inner = 1;
        boolean cut = false;
        for (int d = part.length - 1; d >= 0; d--) {
            if (cut) {
                first--;
                sizes[first] = 1;
                strides[first] = inner;
            }
            sizes[first] *= part[d];
            cut = part[d] != whole[d];
            inner *= whole[d];
        }
        int groups = part.length + 1 - first;
        long[] ownSizes = new long[groups];
        long[] ownStrides = new long[groups];
        System.arraycopy(sizes, first, ownSizes, 0, groups);
        System.arraycopy(strides, first, ownStrides, 0, groups);
        return new GlobalIndices(offset, ownSizes, ownStrides);
    }

    /**
     * Goes through all elements in order.
     *
     * @param most elements of a run, and the largest difference of its indices
     */
    void forEachRun(long most, Run run) {
        int last = sizes.length - 1;
        long columns = sizes[last];
        long rows = last > 0 ? sizes[last - 1] : 1;
        long stride = last > 0 ? strides[last - 1] : columns;
        long blocks = 1;
        for (int d = 0; d < last - 1; d++) {
            blocks *= sizes[d];
        }
        long together = Math.max(1, most / Math.max(1, stride));
        for (long block = 0; block < blocks; block++) {
            for (long row = 0; row < rows; row += together) {
                long start = (block * rows + row) * columns;
                long index = index(block) + row * stride;
                long count = Math.min(together, rows - row);
                for (long column = 0; column < columns; column += most) {
                    run.at(start + column, count, Math.min(most, columns - column), index + column, stride);
                }
            }
        }
    }

    private long index(long block) {
        long index = offset;
        long rest = block;
        for (int d = sizes.length - 3; d >= 0; d--) {
            index += rest % sizes[d] * strides[d];
            rest /= sizes[d];
        }
        return index;
    }
}

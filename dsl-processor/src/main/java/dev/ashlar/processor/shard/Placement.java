package dev.ashlar.processor.shard;

/** How a tensor lies along one axis of a mesh. */
public sealed interface Placement {
    /** Every device has all of it. */
    Placement REPLICATED = new Replicated();

    /** Every device has an addend. */
    Placement PARTIAL = new Partial(Reduction.SUM);

    /** Every device has a tensor of which the element-wise maximum counts. */
    Placement PARTIAL_MAXIMUM = new Partial(Reduction.MAXIMUM);

    /** Cut into equal chunks along a dimension of the tensor. */
    static Placement shard(int dimension) {
        return new Shard(dimension);
    }

    /** Every device has all of it: {@code "R"}. */
    record Replicated() implements Placement {
        @Override
        public String toString() {
            return "R";
        }
    }

    /**
     * Cut into equal chunks: {@code "S0"}.
     *
     * @param dimension of the tensor, from 0
     */
    record Shard(int dimension) implements Placement {
        /** Validates the dimension. */
        public Shard {
            if (dimension < 0) {
                throw new IllegalArgumentException("dimension " + dimension);
            }
        }

        @Override
        public String toString() {
            return "S" + dimension;
        }
    }

    /**
     * The whole is a reduction over the devices' tensors: {@code "P"} for a sum, {@code "P<"} for a maximum.
     *
     * @param reduction how they come together
     */
    record Partial(Reduction reduction) implements Placement {
        @Override
        public String toString() {
            return reduction == Reduction.SUM ? "P" : "P<";
        }
    }

    /** How partial tensors come together. */
    enum Reduction {
        /** Added. */
        SUM,
        /** The element-wise maximum. */
        MAXIMUM
    }
}

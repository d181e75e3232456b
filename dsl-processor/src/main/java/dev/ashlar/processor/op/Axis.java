package dev.ashlar.processor.op;

/**
 * One occurrence of an axis in a rule.
 *
 * @param name its name, with its prime: {@code "h'"}
 * @param repeated whether it stands for any number of dimensions ({@code *})
 * @param mark what sharding it means
 * @param offset whether the kernel is told the shard's global offset ({@code ^})
 */
public record Axis(String name, boolean repeated, Mark mark, boolean offset) {
    /** What sharding an axis means. */
    public enum Mark {
        /** Every device computes its part of the outputs. */
        NONE(""),
        /** Never sharded ({@code !}). */
        WHOLE("!"),
        /** Summed over ({@code +}): a sharded one makes partial sums. */
        SUM("+"),
        /** The maximum over it is taken ({@code <}): a sharded one makes partial maxima. */
        MAXIMUM("<"),
        /** Reduced over inside the kernel ({@code %}), by collectives of its own: no output is left partial. */
        INSIDE("%");

        private final String text;

        Mark(String text) {
            this.text = text;
        }

        /** The mark as rules write it. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** The axis as rules write it: {@code "b*"}. */
    @Override
    public String toString() {
        return name + (repeated ? "*" : "") + mark + (offset ? "^" : "");
    }
}

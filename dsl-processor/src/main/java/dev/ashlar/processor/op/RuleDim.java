package dev.ashlar.processor.op;

import java.util.List;
import java.util.stream.Collectors;

/** One item of a tensor in a rule. */
public sealed interface RuleDim {
    /**
     * One axis, or the row-major product of several, of which only the first may be sharded.
     *
     * @param axes at least one
     */
    record Product(List<Axis> axes) implements RuleDim {
        /** Copies the list. */
        public Product {
            axes = List.copyOf(axes);
        }

        /** Whether it stands for any number of dimensions. */
        boolean repeated() {
            return axes.size() == 1 && axes.get(0).repeated();
        }

        @Override
        public String toString() {
            String all = axes.stream().map(Axis::toString).collect(Collectors.joining(" "));
            return axes.size() == 1 ? all : "(" + all + ")";
        }
    }

    /** A dimension of a size that the rule fixes. */
    record Fixed(long size) implements RuleDim {
        @Override
        public String toString() {
            return Long.toString(size);
        }
    }

    /**
     * No dimension: says that the tensor's values are indices into an axis. On a shard of that axis the kernel gives 0 for values outside.
     *
     * @param axis name of the axis
     * @param summed whether shards of the axis make partial sums
     */
    record Index(String axis, boolean summed) implements RuleDim {
        @Override
        public String toString() {
            return "@" + axis + (summed ? "+" : "");
        }
    }
}

package dev.ashlar.processor.shard;

import java.util.List;

/** What an operator does with one mesh axis. */
public sealed interface Choice {
    /** Every device along the mesh axis does the same. */
    Choice NOTHING = new Nothing();

    /** Every device along the mesh axis does the same. */
    record Nothing() implements Choice {
        @Override
        public String toString() {
            return "-";
        }
    }

    /**
     * Every device along the mesh axis has its part of an axis of the rule.
     *
     * @param axis of the rule, numbered behind a {@code *}
     */
    record Split(String axis) implements Choice {
        @Override
        public String toString() {
            return axis;
        }
    }

    /**
     * Partial sums go in and come out.
     *
     * @param operands that hold them: one, or all that are jointly linear
     */
    record Pass(List<Integer> operands) implements Choice {
        /** Copies the list. */
        public Pass {
            operands = List.copyOf(operands);
        }

        @Override
        public String toString() {
            return "P" + operands;
        }
    }
}

package dev.ashlar.runtime.engine;

/** How a parameter's first values are drawn. */
public sealed interface Init {
    /** Every element is {@code value}. */
    record Constant(double value) implements Init {}

    /** Independent normal numbers of mean 0 and this standard deviation. */
    record Normal(double std) implements Init {
        public Normal {
            if (!(std >= 0)) {
                throw new IllegalArgumentException("standard deviation " + std + " is negative");
            }
        }
    }

    /** Independent numbers, uniform between {@code -bound} and {@code bound}. */
    record Uniform(double bound) implements Init {
        public Uniform {
            if (!(bound >= 0)) {
                throw new IllegalArgumentException("bound " + bound + " is negative");
            }
        }
    }

    /** Every element is {@code value}. */
    static Init constant(double value) {
        return new Constant(value);
    }

    /** Normal numbers of mean 0. */
    static Init normal(double std) {
        return new Normal(std);
    }

    /** Uniform numbers between {@code -bound} and {@code bound}. */
    static Init uniform(double bound) {
        return new Uniform(bound);
    }
}

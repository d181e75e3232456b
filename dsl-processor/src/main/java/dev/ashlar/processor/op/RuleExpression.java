package dev.ashlar.processor.op;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Whole-number arithmetic in a rule: {@code (h + 2*1 - 3)/2 + 1}. */
sealed interface RuleExpression {
    /**
     * Its value; divisions round down.
     *
     * @throws ArithmeticException on overflow and on division by 0
     */
    long value(Map<String, Dim> sizes);

    /** Adds the names it uses. */
    void collect(Set<String> names);

    /** The names it uses. */
    default Set<String> names() {
        Set<String> names = new TreeSet<>();
        collect(names);
        return names;
    }

    /** A literal. */
    record Literal(long number) implements RuleExpression {
        @Override
        public long value(Map<String, Dim> sizes) {
            return number;
        }

        @Override
        public void collect(Set<String> names) {}

        @Override
        public String toString() {
            return Long.toString(number);
        }
    }

    /** An axis, or a number of the operator. */
    record Name(String name) implements RuleExpression {
        @Override
        public long value(Map<String, Dim> sizes) {
            Dim dim = sizes.get(name);
            if (dim == null) {
                throw new IllegalStateException("size of " + name + " is not known");
            }
            return dim.size();
        }

        @Override
        public void collect(Set<String> names) {
            names.add(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** An operation; {@code sign} is one of {@code + - * /}. */
    record Operation(char sign, RuleExpression left, RuleExpression right) implements RuleExpression {
        @Override
        public long value(Map<String, Dim> sizes) {
            long a = left.value(sizes);
            long b = right.value(sizes);
            return switch (sign) {
                case '+' -> Math.addExact(a, b);
                case '-' -> Math.subtractExact(a, b);
                case '*' -> Math.multiplyExact(a, b);
                case '/' -> Math.floorDiv(a, b);
                default -> throw new IllegalStateException("operation " + sign);
            };
        }

        @Override
        public void collect(Set<String> names) {
            left.collect(names);
            right.collect(names);
        }

        @Override
        public String toString() {
            boolean product = sign == '*' || sign == '/';
            return product ? factor(left, false) + sign + factor(right, true) : left + " " + sign + " " + term(right);
        }

        private static String factor(RuleExpression e, boolean right) {
            boolean bare = !(e instanceof Operation o) || (!right && (o.sign == '*' || o.sign == '/'));
            return bare ? e.toString() : "(" + e + ")";
        }

        private String term(RuleExpression e) {
            boolean bare = !(e instanceof Operation o) || o.sign == '*' || o.sign == '/';
            return bare ? e.toString() : "(" + e + ")";
        }
    }
}

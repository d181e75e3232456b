package dev.ashlar.processor.joint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Amounts by the labels of some variables.
 *
 * @param variables those with more than one label
 * @param amounts the last variable's label runs fastest; not to be written
 */
record Table(List<Variable> variables, long[] amounts) {
    /** More entries would not fit in memory many times. */
    private static final long MOST_ENTRIES = 1 << 21;

    /** The labels of some variables. */
    static final class Labels {
        private final List<Variable> variables;
        private final Variable[] byPlace;
        private final int[] labels;

        private Labels(List<Variable> variables) {
            this.variables = variables;
            byPlace = variables.toArray(Variable[]::new);
            labels = new int[byPlace.length];
        }

        /** The label of a variable; 0 of one that is decided. */
        int of(Variable variable) {
            for (int i = 0; i < labels.length; i++) {
                if (byPlace[i] == variable) {
                    return labels[i];
                }
            }
            if (variable.labels() > 1) {
                throw new IllegalArgumentException("the table is not over " + variable);
            }
            return 0;
        }

        /** Whether the table is over a variable. */
        boolean has(Variable variable) {
            return variables.contains(variable);
        }

        /** Labels of some variables of the table alone, the first of each. */
        Labels part(List<Variable> some) {
            return new Labels(some);
        }

        /** The variables, the last of which runs fastest. */
        List<Variable> variables() {
            return variables;
        }

        /** The label of the variable at a place. */
        int at(int place) {
            return labels[place];
        }

        void next() {
            for (int i = labels.length - 1; i >= 0 && ++labels[i] == byPlace[i].labels(); i--) {
                labels[i] = 0;
            }
        }
    }

    /** Computes every entry. */
    static Table of(Collection<Variable> over, ToLongFunction<Labels> amount) {
        List<Variable> variables = open(over);
        long entries = 1;
        for (Variable variable : variables) {
            entries = Math.multiplyExact(entries, variable.labels());
        }
        if (entries > MOST_ENTRIES) {
            throw new IllegalStateException("a table over " + variables + " is too large");
        }
        long[] amounts = new long[Math.toIntExact(entries)];
        Labels labels = new Labels(variables);
        for (int entry = 0; entry < amounts.length; entry++) {
            amounts[entry] = amount.applyAsLong(labels);
            labels.next();
        }
        return new Table(variables, amounts);
    }

    /** Those with more than one label, each once. */
    static List<Variable> open(Collection<Variable> variables) {
        Set<Variable> open = new LinkedHashSet<>();
        for (Variable variable : variables) {
            if (variable.labels() > 1) {
                open.add(variable);
            }
        }
        return new ArrayList<>(open);
    }

    boolean isZero() {
        for (long amount : amounts) {
            if (amount != 0) {
                return false;
            }
        }
        return true;
    }
}

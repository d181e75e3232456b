package dev.ashlar.processor.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Looks at every labelling of a problem, variable by variable, but for those of which a part already takes too much: every table counts with
 * the least that it can still come to, amount by amount. Small tables are joined first, which shows sooner what takes too much. It knows no
 * price, and adds up for itself: a judge of the solver.
 */
public final class Oracle {
    private static final int TIMES = Quantity.STATIC.ordinal();

    /** Entries of a joined table. */
    private static final int LARGEST = 10_000;

    private final Problem problem;
    private final int rows;
    private final int[] firstPoint;
    private final List<Table> tables;
    private final List<Step> steps = new ArrayList<>();
    private final long[] least;
    private final long most;
    private long tried;
    private long budget;
    private boolean timed;
    private long best;

    /** Amounts by entry, the label of the last variable fastest; an empty array where the entry is forbidden. */
    private record Table(int[] variables, long[][] amounts) {}

    /** A table with the least of its amounts by the labels of its first variables, by how many these are. */
    private record Prefixes(int[] variables, List<long[][]> least) {}

    /** A variable, and the tables over it. */
    private record Step(int variable, List<Prefixes> tables) {}

    private record Child(int label, long[] sums, long value) {}

    /** @param most labellings of some of the variables that one question may look at */
    public Oracle(Problem problem, long most) {
        this.problem = problem;
        this.most = most;
        int blocks = problem.blocks().size();
        firstPoint = new int[blocks + 1];
        firstPoint[0] = TIMES * blocks;
        for (int b = 0; b < blocks; b++) {
            firstPoint[b + 1] = firstPoint[b] + problem.block(b).points();
        }
        rows = firstPoint[blocks];
        least = new long[rows];
        tables = joined(tables());
        List<Integer> order = order();
        List<Prefixes> prefixes = tables.stream().map(t -> prefixes(t, order)).toList();
        prefixes.forEach(p -> add(least, p.least().get(0)[0], 1));
        for (int v : order) {
            steps.add(new Step(
                    v, prefixes.stream().filter(p -> has(p.variables(), v)).toList()));
        }
    }

    /** The smallest budget within which there is a labelling; empty if there were too many to look at. */
    public OptionalLong smallestPeak() {
        return ask(false, Long.MAX_VALUE);
    }

    /** The least time of a labelling within a budget; empty if there were too many to look at. */
    public OptionalLong fastest(long within) {
        return ask(true, within);
    }

    private OptionalLong ask(boolean time, long within) {
        timed = time;
        budget = within;
        best = Long.MAX_VALUE;
        tried = 0;
        descend(0, new int[problem.variables()], least);
        return tried > most ? OptionalLong.empty() : OptionalLong.of(best);
    }

    /** Whether a labelling is allowed and comes to what is said of it. */
    public boolean confirms(Solution solution) {
        int[] labels = solution.labels().stream().mapToInt(Integer::intValue).toArray();
        long[] sums = new long[rows];
        for (Table table : tables) {
            long[] amounts = table.amounts()[entry(table.variables(), labels)];
            if (amounts.length == 0) {
                return false;
            }
            add(sums, amounts, 1);
        }
        return peak(sums) == solution.peak() && time(sums) == solution.time();
    }

    private void descend(int depth, int[] labels, long[] sums) {
        if (depth == steps.size()) {
            best = Math.min(best, value(sums));
            return;
        }
        Step step = steps.get(depth);
        List<Child> children = new ArrayList<>();
        for (int label = 0; label < problem.labels(step.variable()); label++) {
            labels[step.variable()] = label;
            long[] with = sums.clone();
            boolean allowed = true;
            for (int t = 0; t < step.tables().size() && allowed; t++) {
                allowed = replace(with, step.tables().get(t), step.variable(), labels);
            }
            if (allowed) {
                children.add(new Child(label, with, value(with)));
            }
        }
        children.sort(Comparator.comparingLong(Child::value));
        for (Child child : children) {
            if (child.value() >= best || ++tried > most) {
                return;
            }
            labels[step.variable()] = child.label();
            descend(depth + 1, labels, child.sums());
        }
    }

    /** Puts what a table comes to with one more variable in place of what it came to without; whether anything is allowed. */
    private boolean replace(long[] sums, Prefixes table, int variable, int[] labels) {
        int before = 0;
        int length = 0;
        while (table.variables()[length] != variable) {
            int v = table.variables()[length++];
            before = before * problem.labels(v) + labels[v];
        }
        long[] now = table.least().get(length + 1)[before * problem.labels(variable) + labels[variable]];
        if (now.length == 0) {
            return false;
        }
        add(sums, table.least().get(length)[before], -1);
        add(sums, now, 1);
        return true;
    }

    private static void add(long[] sums, long[] amounts, int sign) {
        for (int r = 0; r < amounts.length; r++) {
            sums[r] += sign * amounts[r];
        }
    }

    /** What is asked for; more than anything where the budget does not allow it. */
    private long value(long[] sums) {
        long peak = peak(sums);
        if (!timed) {
            return peak;
        }
        return peak <= budget ? time(sums) : Long.MAX_VALUE;
    }

    private long peak(long[] sums) {
        long peak = 0;
        for (int r = firstPoint[0]; r < rows; r++) {
            peak = Math.max(peak, sums[r]);
        }
        return peak;
    }

    private long time(long[] sums) {
        long time = 0;
        for (int at = 0; at < firstPoint[0]; at += TIMES) {
            time += sums[at] + segment(sums[at + 1], sums[at + 2]) + segment(sums[at + 3], sums[at + 4]);
        }
        return time;
    }

    private long segment(long compute, long async) {
        long lost = Math.multiplyExact(async, problem.slowdownNumerator()) / problem.slowdownDenominator();
        return Math.max(compute + lost, async);
    }

    private List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        for (int b = 0; b < problem.blocks().size(); b++) {
            int block = b;
            for (Factor factor : problem.block(b).factors()) {
                int[] variables = Arrays.stream(factor.scope())
                        .map(n -> problem.variable(block, n))
                        .toArray();
                long[][] amounts = new long[factor.size()][];
                Arrays.setAll(amounts, e -> factor.forbidden(e) ? new long[0] : amounts(block, factor, e));
                tables.add(new Table(variables, amounts));
            }
        }
        return tables;
    }

    /** Five times of every block, then every time point of the chain. */
    private long[] amounts(int b, Factor factor, int entry) {
        long[] amounts = new long[rows];
        for (int q = 0; q < TIMES; q++) {
            amounts[TIMES * b + q] = factor.amount(q, entry);
        }
        for (int c = 0; c < problem.blocks().size(); c++) {
            for (int p = 0; p < problem.block(c).points(); p++) {
                boolean backward = p >= problem.block(c).forwardPoints();
                long memory = factor.amount(Quantity.STATIC.ordinal(), entry);
                memory += b < c ? factor.amount(Quantity.KEPT.ordinal(), entry) : 0;
                memory += b > c && backward ? factor.amount(Quantity.GRADIENT.ordinal(), entry) : 0;
                memory += b == c ? factor.amount(Quantity.ofPoint(p), entry) : 0;
                amounts[firstPoint[c] + p] = memory;
            }
        }
        return amounts;
    }

    private static boolean has(int[] variables, int variable) {
        return Arrays.stream(variables).anyMatch(v -> v == variable);
    }

    /** The same in fewer tables: of those with a variable in common, the two with the fewest joint labels are one, and so on. */
    private List<Table> joined(List<Table> tables) {
        List<Table> left = new ArrayList<>(tables);
        while (true) {
            int first = -1;
            int second = -1;
            double fewest = LARGEST + 1;
            for (int i = 0; i < left.size(); i++) {
                for (int j = i + 1; j < left.size(); j++) {
                    int[] one = left.get(i).variables();
                    int[] other = left.get(j).variables();
                    double labels = labels(union(one, other));
                    if (labels < fewest && Arrays.stream(one).anyMatch(v -> has(other, v))) {
                        first = i;
                        second = j;
                        fewest = labels;
                    }
                }
            }
            if (first < 0) {
                return left;
            }
            Table other = left.remove(second);
            left.set(first, join(left.get(first), other));
        }
    }

    private double labels(int[] variables) {
        return Arrays.stream(variables).mapToDouble(problem::labels).reduce(1, (a, b) -> a * b);
    }

    private static int[] union(int[] one, int[] other) {
        TreeSet<Integer> both = new TreeSet<>();
        Arrays.stream(one).forEach(both::add);
        Arrays.stream(other).forEach(both::add);
        return both.stream().mapToInt(Integer::intValue).toArray();
    }

    private Table join(Table one, Table other) {
        int[] variables = union(one.variables(), other.variables());
        long[][] amounts = new long[(int) labels(variables)][];
        int[] labels = new int[problem.variables()];
        for (int e = 0; e < amounts.length; e++) {
            read(variables, e, labels);
            long[] a = one.amounts()[entry(one.variables(), labels)];
            long[] b = other.amounts()[entry(other.variables(), labels)];
            long[] sum = a.length == 0 || b.length == 0 ? new long[0] : a.clone();
            add(sum, sum.length == 0 ? sum : b, 1);
            amounts[e] = sum;
        }
        return new Table(variables, amounts);
    }

    private void read(int[] variables, int entry, int[] labels) {
        int rest = entry;
        for (int k = variables.length - 1; k >= 0; k--) {
            labels[variables[k]] = rest % problem.labels(variables[k]);
            rest /= problem.labels(variables[k]);
        }
    }

    private int entry(int[] variables, int[] labels) {
        int entry = 0;
        for (int v : variables) {
            entry = entry * problem.labels(v) + labels[v];
        }
        return entry;
    }

    /** Next comes the variable of which the fewest labels are left by the tables that it completes. */
    private List<Integer> order() {
        List<Integer> order = new ArrayList<>();
        while (order.size() < problem.variables()) {
            int next = -1;
            double fewest = Double.POSITIVE_INFINITY;
            for (int v = 0; v < problem.variables(); v++) {
                double labels = order.contains(v) ? Double.POSITIVE_INFINITY : labelsLeft(v, order);
                if (labels < fewest) {
                    next = v;
                    fewest = labels;
                }
            }
            order.add(next);
        }
        return order;
    }

    private double labelsLeft(int variable, List<Integer> known) {
        double left = problem.labels(variable);
        for (Table table : tables) {
            if (has(table.variables(), variable)
                    && Arrays.stream(table.variables()).allMatch(v -> v == variable || known.contains(v))) {
                double allowed =
                        Arrays.stream(table.amounts()).filter(a -> a.length > 0).count();
                left = Math.min(left, allowed * problem.labels(variable) / table.amounts().length);
            }
        }
        return left;
    }

    private Prefixes prefixes(Table table, List<Integer> order) {
        int[] variables = order.stream()
                .mapToInt(Integer::intValue)
                .filter(v -> has(table.variables(), v))
                .toArray();
        List<long[][]> all = new ArrayList<>();
        for (int k = 0; k <= variables.length; k++) {
            long[][] empty = new long[(int) labels(Arrays.copyOf(variables, k))][];
            Arrays.fill(empty, new long[0]);
            all.add(empty);
        }
        int[] labels = new int[problem.variables()];
        for (int e = 0; e < table.amounts().length; e++) {
            read(table.variables(), e, labels);
            for (int k = 0; k <= variables.length; k++) {
                long[][] known = all.get(k);
                int entry = entry(Arrays.copyOf(variables, k), labels);
                known[entry] = least(known[entry], table.amounts()[e]);
            }
        }
        return new Prefixes(variables, all);
    }

    private static long[] least(long[] known, long[] amounts) {
        if (known.length == 0 || amounts.length == 0) {
            return known.length == 0 ? amounts : known;
        }
        long[] least = new long[amounts.length];
        Arrays.setAll(least, r -> Math.min(known[r], amounts[r]));
        return least;
    }
}

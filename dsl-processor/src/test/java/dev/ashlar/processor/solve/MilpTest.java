package dev.ashlar.processor.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.ojalgo.optimisation.Expression;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Optimisation;
import org.ojalgo.optimisation.Variable;

/** The optimum equals the one of a mixed integer program that is written down straight from the package's formulas. */
final class MilpTest {
    private static final int PROBLEMS = 60;

    @Test
    void equalsTheIntegerProgram() {
        int compared = 0;
        for (int seed = 5000; compared < PROBLEMS; seed++) {
            Problem problem = RandomProblems.of(seed, false);
            long smallest = Exhaustive.peak(problem);
            if (smallest == Long.MAX_VALUE) {
                continue;
            }
            long budget = smallest + seed % 25;
            Optimisation.Result result = new Milp(problem, budget).solve();
            Outcome outcome = Solver.solve(problem, budget, Effort.EXACT);
            assertTrue(result.getState().isOptimal(), "seed " + seed + ": " + result.getState());
            Outcome.Feasible feasible = (Outcome.Feasible) outcome;
            double time = feasible.solution().time();
            assertEquals(result.getValue(), time, 1e-4 * Math.max(1, time), "seed " + seed);
            compared++;
        }
    }

    /** One binary a label, one share a table entry. */
    private static final class Milp {
        private final Problem problem;
        private final ExpressionsBasedModel model = new ExpressionsBasedModel();
        private final List<List<Variable>> labels = new ArrayList<>();
        private final List<List<Expression>> points = new ArrayList<>();

        Milp(Problem problem, long budget) {
            this.problem = problem;
            for (int v = 0; v < problem.variables(); v++) {
                List<Variable> one = new ArrayList<>();
                Expression sum = model.addExpression("one" + v).level(1);
                for (int label = 0; label < problem.labels(v); label++) {
                    Variable x = model.addVariable("x" + v + "_" + label).binary();
                    sum.set(x, 1);
                    one.add(x);
                }
                labels.add(one);
            }
            for (int b = 0; b < problem.blocks().size(); b++) {
                List<Expression> rows = new ArrayList<>();
                for (int p = 0; p < problem.block(b).points(); p++) {
                    rows.add(model.addExpression("memory" + b + "_" + p).upper(budget));
                }
                points.add(rows);
            }
            for (int b = 0; b < problem.blocks().size(); b++) {
                for (int f = 0; f < problem.block(b).factors().size(); f++) {
                    addFactor(b, f, problem.block(b).factors().get(f));
                }
            }
        }

        private void addFactor(int b, int f, Factor factor) {
            int[] scope = factor.scope();
            Variable[] entries = new Variable[factor.size()];
            for (int e = 0; e < entries.length; e++) {
                entries[e] =
                        model.addVariable("y" + b + "_" + f + "_" + e).lower(0).upper(factor.forbidden(e) ? 0 : 1);
            }
            int stride = 1;
            for (int k = scope.length - 1; k >= 0; k--) {
                List<Variable> own = labels.get(problem.variable(b, scope[k]));
                List<Expression> rows = new ArrayList<>();
                for (int label = 0; label < own.size(); label++) {
                    rows.add(model.addExpression("row" + b + "_" + f + "_" + k + "_" + label)
                            .level(0)
                            .set(own.get(label), -1));
                }
                for (int e = 0; e < entries.length; e++) {
                    rows.get(e / stride % own.size()).set(entries[e], 1);
                }
                stride *= own.size();
            }
            for (int e = 0; e < entries.length; e++) {
                cost(b, factor, e, entries[e]);
            }
        }

        private void cost(int b, Factor factor, int entry, Variable y) {
            long time = factor.amount(Quantity.TIME.ordinal(), entry)
                    + factor.amount(Quantity.FORWARD_COMPUTE.ordinal(), entry)
                    + factor.amount(Quantity.BACKWARD_COMPUTE.ordinal(), entry);
            y.weight(time);
            for (int c = 0; c < points.size(); c++) {
                for (int p = 0; p < points.get(c).size(); p++) {
                    boolean backward = p >= problem.block(c).forwardPoints();
                    long memory = factor.amount(Quantity.STATIC.ordinal(), entry);
                    memory += b < c ? factor.amount(Quantity.KEPT.ordinal(), entry) : 0;
                    memory += b > c && backward ? factor.amount(Quantity.GRADIENT.ordinal(), entry) : 0;
                    memory += b == c ? factor.amount(Quantity.ofPoint(p), entry) : 0;
                    if (memory != 0) {
                        points.get(c).get(p).set(y, memory);
                    }
                }
            }
        }

        Optimisation.Result solve() {
            return model.minimise();
        }
    }
}

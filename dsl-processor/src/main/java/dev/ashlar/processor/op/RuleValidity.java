package dev.ashlar.processor.op;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Whether a rule that can be read makes sense. */
final class RuleValidity {
    private final RuleParser.Parsed rule;
    private final Map<String, Axis.Mark> marks = new HashMap<>();
    private final Map<String, Boolean> repeated = new HashMap<>();
    private final Set<String> inOperands = new HashSet<>();
    private final Set<String> inOutputs = new HashSet<>();

    private RuleValidity(RuleParser.Parsed rule) {
        this.rule = rule;
        rule.operands().forEach(t -> t.axes().forEach(a -> inOperands.add(a.name())));
        rule.outputs().forEach(t -> t.axes().forEach(a -> inOutputs.add(a.name())));
    }

    /** Throws unless the rule makes sense; gives the mark of every axis. */
    static Map<String, Axis.Mark> check(RuleParser.Parsed rule) {
        RuleValidity validity = new RuleValidity(rule);
        validity.tensors();
        validity.indices();
        validity.marks();
        validity.expressions();
        return Map.copyOf(validity.marks);
    }

    private void tensors() {
        for (RuleTensor tensor : all()) {
            Set<String> seen = new HashSet<>();
            tensor.axes().forEach(axis -> {
                if (!seen.add(axis.name())) {
                    throw rule.error(axis.name(), "'" + axis.name() + "' stands twice in one tensor");
                }
                merge(axis);
            });
            if (tensor.dims().stream().filter(RuleDim.Index.class::isInstance).count() > 1) {
                throw new RuleSyntaxException("a tensor's values index one axis, not two", rule.text(), 0);
            }
        }
        if (rule.outputs().stream().anyMatch(t -> t.linearity() != RuleTensor.Linearity.NONE)) {
            throw new RuleSyntaxException(
                    "'~', '&' and a leading '+' belong to operands",
                    rule.text(),
                    rule.text().indexOf("->"));
        }
        long joint = rule.operands().stream()
                .filter(t -> t.linearity() == RuleTensor.Linearity.JOINT)
                .count();
        if (joint == 1) {
            throw new RuleSyntaxException(
                    "'&' needs another operand with '&'; write '~'",
                    rule.text(),
                    rule.text().indexOf('&'));
        }
        repeatedAxes();
    }

    private void merge(Axis axis) {
        Boolean before = repeated.put(axis.name(), axis.repeated());
        if (before != null && before != axis.repeated()) {
            throw rule.error(axis.name(), "'" + axis.name() + "' stands with '*' and without");
        }
        Axis.Mark mark = marks.merge(axis.name(), axis.mark(), (a, b) -> a == Axis.Mark.NONE ? b : a);
        if (axis.mark() != Axis.Mark.NONE && axis.mark() != mark) {
            throw rule.error(
                    axis.name(), "'" + axis.name() + "' is marked both '" + mark + "' and '" + axis.mark() + "'");
        }
    }

    /** The number of dimensions behind a star comes from a tensor where it stands outside of products; its numbered axes are new names. */
    private void repeatedAxes() {
        for (String name : repeated.keySet()) {
            if (!repeated.get(name)) {
                continue;
            }
            boolean alone = rule.operands().stream()
                    .flatMap(t -> t.shape().stream())
                    .anyMatch(d -> d instanceof RuleDim.Product p
                            && p.repeated()
                            && p.axes().get(0).name().equals(name));
            if (!alone) {
                throw rule.error(name, "'" + name + "*' must stand outside of parentheses in an operand");
            }
            if (repeated.keySet().stream().anyMatch(other -> other.matches(name + "\\d+"))) {
                throw rule.error(name, "'" + name + "*' makes axes that other names of this rule collide with");
            }
        }
    }

    private void indices() {
        for (RuleTensor tensor : all()) {
            for (RuleDim dim : tensor.dims()) {
                if (dim instanceof RuleDim.Index index) {
                    if (!inOperands.contains(index.axis())) {
                        throw rule.error(index.axis(), "'@" + index.axis() + "' indexes no axis of an operand");
                    }
                    if (index.summed()) {
                        merge(new Axis(index.axis(), repeated.getOrDefault(index.axis(), false), Axis.Mark.SUM, false));
                    }
                }
            }
        }
    }

    private void marks() {
        for (String name : rule.places().keySet()) {
            Axis.Mark mark = marks.get(name);
            if (mark == null) {
                continue;
            }
            if (inOperands.contains(name) && !inOutputs.contains(name) && mark == Axis.Mark.NONE) {
                throw rule.error(
                        name,
                        "'" + name
                                + "' is in no output: mark it '+' (sum), '<' (maximum), '%' (reduced inside) or '!' (never sharded)");
            }
            boolean everywhere = rule.outputs().stream()
                    .allMatch(t -> t.axes().anyMatch(a -> a.name().equals(name)));
            if (everywhere && (mark == Axis.Mark.SUM || mark == Axis.Mark.MAXIMUM)) {
                throw rule.error(name, "'" + name + "' is marked '" + mark + "' but is in every output");
            }
        }
    }

    private void expressions() {
        for (String name : inOutputs) {
            if (!inOperands.contains(name) && !rule.expressions().containsKey(name)) {
                throw rule.error(name, "'" + name + "' comes from nowhere: it is in no operand");
            }
        }
        for (String name : rule.expressions().keySet()) {
            if (!inOutputs.contains(name) && !inOperands.contains(name)) {
                throw rule.error(name, "'" + name + "' is given a size but stands in no tensor");
            }
        }
    }

    private List<RuleTensor> all() {
        return Stream.concat(rule.operands().stream(), rule.outputs().stream()).toList();
    }
}

package dev.ashlar.processor.op;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the grammar in {@code docs/rules.md} by recursive descent; whether the rule makes sense is for {@link RuleValidity}. */
final class RuleParser {
    private final String text;
    private final Map<String, Integer> places = new LinkedHashMap<>();
    private int at;

    private RuleParser(String text) {
        this.text = text;
    }

    /**
     * What a text says.
     *
     * @param places where each axis stands first
     */
    record Parsed(
            String text,
            List<RuleTensor> operands,
            List<RuleTensor> outputs,
            Map<String, RuleExpression> expressions,
            Map<String, Integer> places) {
        /** An error at the first place of an axis. */
        RuleSyntaxException error(String axis, String message) {
            return new RuleSyntaxException(message, text, places.getOrDefault(axis, 0));
        }
    }

    /** Reads a rule without judging it. */
    static Parsed read(String text) {
        RuleParser parser = new RuleParser(text);
        List<RuleTensor> operands = parser.tensors();
        if (!parser.take("->")) {
            throw parser.error(parser.done() ? "'->' is missing" : parser.unexpected());
        }
        List<RuleTensor> outputs = parser.tensors();
        Map<String, RuleExpression> expressions = parser.expressions();
        if (!parser.done()) {
            throw parser.error(parser.unexpected());
        }
        return new Parsed(text, operands, outputs, expressions, parser.places);
    }

    private List<RuleTensor> tensors() {
        List<RuleTensor> tensors = new ArrayList<>();
        do {
            tensors.add(tensor());
        } while (take(","));
        return tensors;
    }

    private RuleTensor tensor() {
        RuleTensor.Linearity linearity = RuleTensor.Linearity.NONE;
        if (take("~")) {
            linearity = RuleTensor.Linearity.ALONE;
        } else if (take("&")) {
            linearity = RuleTensor.Linearity.JOINT;
        } else if (take("+")) {
            linearity = RuleTensor.Linearity.ADDEND;
        }
        List<RuleDim> dims = new ArrayList<>();
        while (!done() && !ahead(",") && !ahead("->") && !ahead(";")) {
            dims.add(dim());
        }
        return new RuleTensor(linearity, dims);
    }

    private RuleDim dim() {
        if (take("(")) {
            int open = at - 1;
            List<Axis> axes = new ArrayList<>();
            while (!take(")")) {
                if (done() || ahead(",") || ahead("->") || ahead(";")) {
                    throw error("')' is missing");
                }
                axes.add(axis());
            }
            if (axes.size() < 2) {
                at = open;
                throw error("parentheses hold a product of two or more axes");
            }
            return new RuleDim.Product(axes);
        }
        if (take("@")) {
            String name = name();
            return new RuleDim.Index(name, take("+"));
        }
        if (!done() && isDigit(text.charAt(at))) {
            int start = at;
            long size = number();
            if (size == 0) {
                at = start;
                throw error("a size must be positive");
            }
            return new RuleDim.Fixed(size);
        }
        return new RuleDim.Product(List.of(axis()));
    }

    private Axis axis() {
        String name = name();
        boolean repeated = takeHere('*');
        Axis.Mark mark = Axis.Mark.NONE;
        if (takeHere('!')) {
            mark = Axis.Mark.WHOLE;
        } else if (takeHere('+')) {
            mark = Axis.Mark.SUM;
        } else if (takeHere('<')) {
            mark = Axis.Mark.MAXIMUM;
        } else if (takeHere('%')) {
            mark = Axis.Mark.INSIDE;
        }
        return new Axis(name, repeated, mark, takeHere('^'));
    }

    private String name() {
        skip();
        int start = at;
        if (at < text.length() && isNameStart(text.charAt(at))) {
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            takeHere('\'');
            String name = text.substring(start, at);
            places.putIfAbsent(name, start);
            return name;
        }
        throw error(done() ? "a name is missing" : unexpected());
    }

    private Map<String, RuleExpression> expressions() {
        Map<String, RuleExpression> expressions = new LinkedHashMap<>();
        if (!take(";")) {
            return expressions;
        }
        do {
            skip();
            int start = at;
            String name = name();
            if (!take("=")) {
                throw error("'=' is missing");
            }
            if (expressions.put(name, sum()) != null) {
                at = start;
                throw error("'" + name + "' is given twice");
            }
        } while (take(","));
        return expressions;
    }

    private RuleExpression sum() {
        RuleExpression left = product();
        while (true) {
            if (ahead("->") || !(ahead("+") || ahead("-"))) {
                return left;
            }
            char sign = text.charAt(at++);
            left = new RuleExpression.Operation(sign, left, product());
        }
    }

    private RuleExpression product() {
        RuleExpression left = factor();
        while (ahead("*") || ahead("/")) {
            char sign = text.charAt(at++);
            left = new RuleExpression.Operation(sign, left, factor());
        }
        return left;
    }

    private RuleExpression factor() {
        if (take("(")) {
            RuleExpression inner = sum();
            if (!take(")")) {
                throw error("')' is missing");
            }
            return inner;
        }
        skip();
        if (!done() && isDigit(text.charAt(at))) {
            return new RuleExpression.Literal(number());
        }
        return new RuleExpression.Name(name());
    }

    private long number() {
        int start = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        try {
            return Long.parseLong(text.substring(start, at));
        } catch (NumberFormatException e) {
            at = start;
            throw error("the number is too large");
        }
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean done() {
        skip();
        return at == text.length();
    }

    private boolean ahead(String token) {
        skip();
        return text.startsWith(token, at);
    }

    private boolean take(String token) {
        boolean ahead = ahead(token);
        if (ahead) {
            at += token.length();
        }
        return ahead;
    }

    private boolean takeHere(char c) {
        boolean here = at < text.length() && text.charAt(at) == c;
        if (here) {
            at++;
        }
        return here;
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || isDigit(c);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private String unexpected() {
        String what = ahead("->") ? "->" : Character.toString(text.codePointAt(at));
        return "'" + what + "' is not expected here";
    }

    private RuleSyntaxException error(String message) {
        return new RuleSyntaxException(message, text, at);
    }
}

package dev.ashlar.processor.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An expression over names of sizes: {@code "4*d"}, {@code "(d+1)/2"}, {@code "0.02/sqrt(2*layers)"}.
 *
 * <p>Sizes are evaluated exactly: a division that leaves a remainder is an error. Real values allow {@code sqrt} and decimals.
 */
final class SizeExpression {
    /** Why an expression cannot be read or evaluated, and where in its text. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        private final int offset;

        Failure(int offset, String message) {
            super(message, null, false, false);
            this.offset = offset;
        }

        int offset() {
            return offset;
        }
    }

    /** An unknown name, so that whoever knows the names can suggest one. */
    static final class UnknownName extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String name;

        UnknownName(String name) {
            super(name, null, false, false);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    private sealed interface Term {}

    private record Constant(double value) implements Term {}

    private record Name(String name, int offset) implements Term {}

    private record Root(Term of) implements Term {}

    private record Binary(char operator, Term left, Term right, int offset) implements Term {}

    private final String text;
    private final Term term;

    private SizeExpression(String text, Term term) {
        this.text = text;
        this.term = term;
    }

    static SizeExpression parse(String text) throws Failure {
        Parser parser = new Parser(text);
        Term term = parser.sum();
        parser.skipBlanks();
        if (parser.at < text.length()) {
            throw new Failure(parser.at, "unexpected '" + text.charAt(parser.at) + "'");
        }
        return new SizeExpression(text, term);
    }

    /** The names it uses, in order. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        collect(term, names);
        return names;
    }

    private static void collect(Term term, List<String> names) {
        if (term instanceof Name name) {
            names.add(name.name());
        } else if (term instanceof Root root) {
            collect(root.of(), names);
        } else if (term instanceof Binary binary) {
            collect(binary.left(), names);
            collect(binary.right(), names);
        }
    }

    /** Exact value; {@code sizes} throws {@link UnknownName} for a name it does not know. */
    long whole(Function<String, Long> sizes) throws Failure {
        try {
            return whole(term, sizes);
        } catch (ArithmeticException e) {
            throw new Failure(0, "'" + text + "' is larger than a 64-bit number");
        }
    }

    private static long whole(Term term, Function<String, Long> sizes) throws Failure {
        if (term instanceof Constant constant) {
            long value = (long) constant.value();
            if (value != constant.value()) {
                throw new Failure(0, "a size must be a whole number");
            }
            return value;
        }
        if (term instanceof Name name) {
            return sizes.apply(name.name());
        }
        if (term instanceof Binary binary) {
            long left = whole(binary.left(), sizes);
            long right = whole(binary.right(), sizes);
            return switch (binary.operator()) {
                case '+' -> Math.addExact(left, right);
                case '-' -> Math.subtractExact(left, right);
                case '*' -> Math.multiplyExact(left, right);
                default -> {
                    if (right == 0 || left % right != 0) {
                        throw new Failure(binary.offset(), left + "/" + right + " is not a whole number");
                    }
                    yield left / right;
                }
            };
        }
        throw new Failure(0, "sqrt is not allowed in a size");
    }

    /** Value in double precision. */
    double real(Function<String, Long> sizes) {
        return real(term, sizes);
    }

    private static double real(Term term, Function<String, Long> sizes) {
        if (term instanceof Constant constant) {
            return constant.value();
        }
        if (term instanceof Name name) {
            return sizes.apply(name.name());
        }
        if (term instanceof Root root) {
            return Math.sqrt(real(root.of(), sizes));
        }
        Binary binary = (Binary) term;
        double left = real(binary.left(), sizes);
        double right = real(binary.right(), sizes);
        return switch (binary.operator()) {
            case '+' -> left + right;
            case '-' -> left - right;
            case '*' -> left * right;
            default -> left / right;
        };
    }

    @Override
    public String toString() {
        return text;
    }

    private static final class Parser {
        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        void skipBlanks() {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
        }

        private boolean next(String operators) {
            skipBlanks();
            return at < text.length() && operators.indexOf(text.charAt(at)) >= 0;
        }

        Term sum() throws Failure {
            Term left = product();
            while (next("+-")) {
                int offset = at;
                char operator = text.charAt(at++);
                left = new Binary(operator, left, product(), offset);
            }
            return left;
        }

        private Term product() throws Failure {
            Term left = factor();
            while (next("*/")) {
                int offset = at;
                char operator = text.charAt(at++);
                left = new Binary(operator, left, factor(), offset);
            }
            return left;
        }

        private Term factor() throws Failure {
            skipBlanks();
            if (at >= text.length()) {
                throw new Failure(at, text.isBlank() ? "the expression is empty" : "the expression ends too early");
            }
            char c = text.charAt(at);
            if (c == '(') {
                return parenthesised();
            }
            int start = at;
            if (Character.isDigit(c)) {
                while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                    at++;
                }
                return new Constant(number(text.substring(start, at), start));
            }
            if (Character.isJavaIdentifierStart(c)) {
                while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
                    at++;
                }
                String name = text.substring(start, at);
                return name.equals("sqrt") && next("(") ? new Root(parenthesised()) : new Name(name, start);
            }
            throw new Failure(at, "expected a name, a number or '(' but found '" + c + "'");
        }

        private static double number(String digits, int offset) throws Failure {
            try {
                return Double.parseDouble(digits);
            } catch (NumberFormatException e) {
                throw new Failure(offset, "'" + digits + "' is not a number");
            }
        }

        private Term parenthesised() throws Failure {
            at++;
            Term inner = sum();
            if (!next(")")) {
                throw new Failure(at, "a ')' is missing");
            }
            at++;
            return inner;
        }
    }
}

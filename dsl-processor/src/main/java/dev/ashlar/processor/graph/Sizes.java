package dev.ashlar.processor.graph;

import dev.ashlar.processor.diagnostic.Caret;
import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.diagnostic.Source;
import dev.ashlar.processor.diagnostic.Suggestions;
import dev.ashlar.processor.op.Dim;
import dev.ashlar.processor.spec.ValueSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The names of sizes in one scope. Definitions may use each other in any order; a later definition of a name replaces an earlier one.
 */
final class Sizes {
    /** {@code name=expression} at an offset of a text. */
    private record Definition(String text, int offset, SizeExpression expression, Source source) {}

    private final String scopeName;
    private final Map<String, Definition> definitions = new LinkedHashMap<>();
    private final Map<String, Long> known = new LinkedHashMap<>();
    private final Deque<String> evaluating = new ArrayDeque<>();

    Sizes(String scopeName) {
        this.scopeName = scopeName;
    }

    /** Adds the definitions of {@code "batch=16 d=768 ff=4*d"}; throws {@link ModelException} on bad syntax. */
    void define(ValueSpec dims) {
        parse(dims).forEach(definitions::put);
    }

    /** Gives a name a value, in place of any definition. */
    void bind(String name, long size) {
        definitions.remove(name);
        known.put(name, size);
    }

    boolean isDefined(String name) {
        return known.containsKey(name) || definitions.containsKey(name);
    }

    private static Map<String, Definition> parse(ValueSpec dims) {
        String text = dims.text();
        Map<String, Definition> parsed = new LinkedHashMap<>();
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
                continue;
            }
            int end = at;
            while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            String token = text.substring(at, end);
            int equals = token.indexOf('=');
            if (equals <= 0 || !isName(token.substring(0, equals))) {
                throw new ModelException(
                        Code.BAD_EXPRESSION,
                        dims.source(),
                        "'" + token
                                + "' does not define a size. Write name=expression, without spaces, as in \"d=64 ff=4*d\"."
                                + Caret.under(text, at));
            }
            String expression = token.substring(equals + 1);
            SizeExpression read = read(expression, text, at + equals + 1, dims.source());
            parsed.put(token.substring(0, equals), new Definition(text, at + equals + 1, read, dims.source()));
            at = end;
        }
        return parsed;
    }

    private static boolean isName(String text) {
        return Character.isJavaIdentifierStart(text.charAt(0))
                && text.chars().allMatch(Character::isJavaIdentifierPart);
    }

    private static SizeExpression read(String expression, String text, int offset, Source source) {
        try {
            return SizeExpression.parse(expression);
        } catch (SizeExpression.Failure e) {
            throw new ModelException(
                    Code.BAD_EXPRESSION,
                    source,
                    "The size cannot be read: " + e.getMessage() + "." + Caret.under(text, offset + e.offset()));
        }
    }

    /** The expression's value, with the expression as its name; positive. */
    Dim size(String expression, Source source) {
        return size(expression, expression, 0, source);
    }

    private Dim size(String expression, String text, int offset, Source source) {
        SizeExpression read = read(expression, text, offset, source);
        long value = evaluate(read, text, offset, source);
        if (value <= 0) {
            throw new ModelException(
                    Code.BAD_EXPRESSION,
                    source,
                    "A size must be positive, but '" + expression + "' is " + value + "." + Caret.under(text, offset));
        }
        return new Dim(expression, value);
    }

    /** The expression's value as a real number. */
    double real(String expression, Source source) {
        SizeExpression read = read(expression, expression, 0, source);
        try {
            return read.real(name -> lookup(name));
        } catch (SizeExpression.UnknownName e) {
            throw unknown(e.name(), expression, expression.indexOf(e.name()), source);
        }
    }

    /** All of {@code "h=heads e=64"} evaluated here. */
    Map<String, Dim> evaluateAll(ValueSpec dims) {
        Map<String, Dim> all = new LinkedHashMap<>();
        parse(dims).forEach((name, d) -> {
            long value = evaluate(d.expression(), d.text(), d.offset(), d.source());
            if (value <= 0) {
                throw new ModelException(
                        Code.BAD_EXPRESSION,
                        d.source(),
                        "A size must be positive, but " + name + " is " + value + "."
                                + Caret.under(d.text(), d.offset()));
            }
            all.put(name, new Dim(name, value));
        });
        return all;
    }

    /** One entry of a shape such as {@code "batch seq 4*d"} with the offset of its expression. */
    record ShapeEntry(String expression, int offset) {}

    static List<ShapeEntry> shape(String text) {
        List<ShapeEntry> entries = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at > start) {
                entries.add(new ShapeEntry(text.substring(start, at), start));
            }
            at++;
        }
        return entries;
    }

    /** The entry's size; empty if it is a name that nothing defines, so that the tensor's actual size may. */
    Optional<Dim> size(ShapeEntry entry, String text, Source source) {
        if (isName(entry.expression()) && !isDefined(entry.expression())) {
            return Optional.empty();
        }
        return Optional.of(size(entry.expression(), text, entry.offset(), source));
    }

    ModelException unknown(String name, String text, int offset, Source source) {
        String message = "Nothing defines the size '" + name + "' in " + scopeName + "."
                + Suggestions.didYouMean(name, names())
                + (names().isEmpty() ? "" : " Defined are: " + String.join(", ", names()) + ".")
                + " Define it in dims, as in dims = \"" + name + "=64\".";
        return new ModelException(Code.UNKNOWN_SIZE, source, message + Caret.under(text, offset));
    }

    private SortedSet<String> names() {
        TreeSet<String> names = new TreeSet<>(definitions.keySet());
        names.addAll(known.keySet());
        return names;
    }

    private long evaluate(SizeExpression expression, String text, int offset, Source source) {
        try {
            return expression.whole(name -> lookup(name));
        } catch (SizeExpression.UnknownName e) {
            throw unknown(e.name(), text, Math.max(0, text.indexOf(e.name(), offset)), source);
        } catch (SizeExpression.Failure e) {
            throw new ModelException(
                    Code.BAD_EXPRESSION,
                    source,
                    "The size cannot be evaluated: " + e.getMessage() + "." + Caret.under(text, offset + e.offset()));
        }
    }

    private long lookup(String name) {
        Long value = known.get(name);
        if (value != null) {
            return value;
        }
        Definition definition = definitions.get(name);
        if (definition == null) {
            throw new SizeExpression.UnknownName(name);
        }
        if (evaluating.contains(name)) {
            throw new ModelException(
                    Code.SIZE_CONFLICT,
                    definition.source(),
                    "The size '" + name + "' is defined by itself. Give it a number."
                            + Caret.under(definition.text(), definition.offset()));
        }
        evaluating.push(name);
        try {
            long size = evaluate(definition.expression(), definition.text(), definition.offset(), definition.source());
            known.put(name, size);
            return size;
        } finally {
            evaluating.pop();
        }
    }
}

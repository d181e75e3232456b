package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Functions of single elements as the compiler writes them: lines of CUDA C that make {@code y0} and so on of {@code x0} and so on, calls
 * of known functions inside each other. Behind them {@code sum(y0);} may ask for the sums of the columns of {@code y0}. Read here, so that
 * libtorch can do the same.
 *
 * @param text as written
 * @param lines in order
 * @param sums whether the columns of {@code y0} are summed
 */
record PointwiseProgram(String text, List<Line> lines, boolean sums) {
    private static final String UNROLL = "#pragma unroll";
    private static final String SUM = "sum(y0);";

    /** Copies the list. */
    PointwiseProgram {
        lines = List.copyOf(lines);
    }

    /** A variable that gets a value. */
    record Line(String variable, Expression value) {}

    /** What a variable gets. */
    sealed interface Expression {}

    /** A variable. */
    record Variable(String name) implements Expression {}

    /** A number. */
    record Constant(double value) implements Expression {}

    /** A function of values. */
    record Call(String function, List<Expression> arguments) implements Expression {}

    /**
     * Reads a text.
     *
     * @throws AshlarException if it is not one that the compiler writes
     */
    static PointwiseProgram parse(String text) {
        Reader reader = new Reader(text);
        List<Line> lines = reader.lines();
        return new PointwiseProgram(text, lines, reader.sums);
    }

    /** How many tensors it makes. */
    int results() {
        return (int) lines.stream().filter(l -> l.variable().startsWith("y")).count();
    }

    /** Whether elements fall by their places. */
    boolean drops() {
        return lines.stream().anyMatch(l -> calls(l.value(), "dropout"));
    }

    private static boolean calls(Expression value, String function) {
        return value instanceof Call call
                && (call.function().equals(function)
                        || call.arguments().stream().anyMatch(a -> calls(a, function)));
    }

    /**
     * The kernels around it. In {@code pointwise} every thread takes a vector of elements of all tensors at once, those that are left over one
     * by one. Where sums are asked for, {@code summing} does the same of a matrix, in columns of blocks as in {@code column_sum.cu}.
     *
     * @param inputs how many tensors it reads
     */
    String kernel(int inputs) {
        String place = ", unsigned turn, unsigned factor, unsigned offset, unsigned columns, unsigned rows,"
                + " unsigned rowStride, unsigned blockStride";
        List<String> code = new ArrayList<>();
        code.add("static __device__ __forceinline__ void element(" + list("float x%d", inputs, ", ") + ", "
                + list("float& y%d", results(), ", ") + (drops() ? ", int hash" : "") + ") {");
        text.lines().filter(l -> !l.startsWith(SUM)).forEach(l -> code.add("    " + l));
        code.add("}");
        code.add("");
        code.add("extern \"C\" __global__ void __launch_bounds__(256) pointwise(" + list("const E* in%d", inputs, ", ")
                + ", " + list("E* out%d", results(), ", ") + ", unsigned elements, unsigned packs"
                + (drops() ? place : "") + ") {");
        code.add("    unsigned stride = gridDim.x * blockDim.x;");
        code.add("    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;");
        code.add("    for (unsigned i = thread; i < packs; i += stride) {");
        pack("        ", inputs, List.of(), code);
        code.add("    }");
        code.add("    for (unsigned i = packs * VECTOR + thread; i < elements; i += stride) {");
        code.add("        float " + list("r%d", results(), ", ") + ";");
        code.add("        element(" + list("wide(in%d[i])", inputs, ", ") + ", " + list("r%d", results(), ", ")
                + (drops() ? ", hashed(" + placed("i") + ", turn, factor)" : "") + ");");
        each("        out%1$d[i] = narrow(r%1$d);", results(), code);
        code.add("    }");
        code.add("}");
        if (sums) {
            summing(inputs, place, code);
        }
        return String.join("\n", code) + "\n";
    }

    private void summing(int inputs, String place, List<String> code) {
        code.add("");
        code.add("extern \"C\" __global__ void __launch_bounds__(LANES * TEAMS) summing("
                + list("const E* __restrict__ in%d", inputs, ", ") + ", "
                + list("E* __restrict__ out%d", results(), ", ")
                + ", float* __restrict__ sums, int height, int width, int across" + (drops() ? place : "") + ") {");
        code.add("    Share share(width, across);");
        code.add("    float sum[VECTOR];");
        code.add(UNROLL);
        code.add("    for (int j = 0; j < VECTOR; j++) sum[j] = 0.f;");
        code.add("    if (share.column < width) {");
        code.add("#pragma unroll 4");
        code.add("        for (int row = share.row; row < height; row += share.step) {");
        code.add("            unsigned i = ((unsigned)row * width + share.column) / VECTOR;");
        pack("            ", inputs, List.of("sum[j] += wide(y0.part[j]);"), code);
        code.add("        }");
        code.add("    }");
        code.add("    share.add(sum, sums, width);");
        code.add("}");
    }

    /**
     * What is done with the i-th pack of every tensor.
     *
     * @param more what is done with each element of it, when its results are there
     */
    private void pack(String indent, int inputs, List<String> more, List<String> code) {
        List<String> lines = new ArrayList<>();
        lines.add("Pack " + list("x%d", inputs, ", ") + ", " + list("y%d", results(), ", ") + ";");
        each("x%1$d.whole = ((const uint4*)in%1$d)[i];", inputs, lines);
        if (drops()) {
            lines.add("unsigned first = " + placed("i * VECTOR") + ";");
        }
        lines.add(UNROLL);
        lines.add("for (int j = 0; j < VECTOR; j++) {");
        lines.add("    float " + list("r%d", results(), ", ") + ";");
        lines.add("    element(" + list("wide(x%d.part[j])", inputs, ", ") + ", " + list("r%d", results(), ", ")
                + (drops() ? ", hashed(first + j, turn, factor)" : "") + ");");
        each("    y%1$d.part[j] = narrow(r%1$d);", results(), lines);
        more.forEach(line -> lines.add("    " + line));
        lines.add("}");
        each("((uint4*)out%1$d)[i] = y%1$d.whole;", results(), lines);
        lines.forEach(line -> code.add(line.equals(UNROLL) ? line : indent + line));
    }

    private static String placed(String index) {
        return "placed(" + index + ", offset, columns, rows, rowStride, blockStride)";
    }

    private static String list(String form, int count, String separator) {
        return String.join(
                separator,
                IntStream.range(0, count)
                        .mapToObj(i -> form.replace("%d", "" + i))
                        .toList());
    }

    private static void each(String form, int count, List<String> code) {
        IntStream.range(0, count).forEach(i -> code.add(form.replace("%1$d", "" + i)));
    }

    /** Reads from left to right. */
    private static final class Reader {
        private final String text;
        private int at;
        private boolean sums;

        Reader(String text) {
            this.text = text;
        }

        List<Line> lines() {
            List<Line> lines = new ArrayList<>();
            for (skip(); at < text.length(); skip()) {
                if (text.startsWith(SUM, at)) {
                    at += SUM.length();
                    sums = true;
                    continue;
                }
                String name = word();
                String variable = name.equals("float") ? word() : name;
                require('=');
                lines.add(new Line(variable, expression()));
                require(';');
            }
            return lines;
        }

        private Expression expression() {
            String word = word();
            if (word.matches("-?[0-9].*")) {
                return new Constant(number(word));
            }
            if (!ahead('(')) {
                return new Variable(word);
            }
            List<Expression> arguments = new ArrayList<>();
            do {
                at++;
                arguments.add(expression());
            } while (ahead(','));
            require(')');
            return new Call(word, arguments);
        }

        private double number(String word) {
            try {
                return Double.parseDouble(word);
            } catch (NumberFormatException e) {
                throw error();
            }
        }

        private String word() {
            skip();
            int start = at;
            while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || isOfNumber())) {
                at++;
            }
            if (at == start) {
                throw error();
            }
            return text.substring(start, at);
        }

        private boolean isOfNumber() {
            return text.charAt(at) == '.' || text.charAt(at) == '-';
        }

        private boolean ahead(char c) {
            skip();
            return at < text.length() && text.charAt(at) == c;
        }

        private void require(char c) {
            if (!ahead(c)) {
                throw error();
            }
            at++;
        }

        private void skip() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private AshlarException error() {
            return new AshlarException("The kernel \"" + text + "\" cannot be read at character " + at
                    + "; compile the plan with the processor of this runtime's version.");
        }
    }
}

package dev.ashlar.processor.joint;

import dev.ashlar.processor.ModelSpecs;
import java.util.List;
import java.util.SplittableRandom;

/** Small seeded models: chains of operators, residuals, tensors that are read twice, tied parameters, repeated blocks, tensors that pass them. */
final class RandomModels {
    /** What a model has beside a chain of operators. */
    enum Form {
        CHAIN,
        RESIDUAL,
        READ_TWICE,
        TIED,
        REPEATED,
        /** A repeated block with an input that is the same every time. */
        CONSTANT,
        /** A tensor that is read before a block and behind it. */
        PAST
    }

    private static final List<String> ACTIVATIONS = List.of("Relu", "Gelu", "Silu", "Tanh", "Sigmoid");
    private final SplittableRandom random;
    private final List<Integer> sizes;
    private final StringBuilder text = new StringBuilder();
    private int count;
    private int linears;

    private RandomModels(List<Integer> sizes, SplittableRandom random) {
        this.sizes = sizes;
        this.random = random;
    }

    /**
     * A model.
     *
     * @param operators of its body, about
     * @param sizes that dimensions may have
     */
    static ModelSpecs of(Form form, int operators, List<Integer> sizes, SplittableRandom random) {
        return new RandomModels(sizes, random).model(form, operators);
    }

    private ModelSpecs model(Form form, int operators) {
        String dims = "batch=%d d=%d e=%d layers=%d".formatted(size(), size(), size(), 2 + random.nextInt(2));
        String start = "x";
        if (form == Form.TIED && random.nextBoolean()) {
            text.append("@Input(shape = \"batch\", dtype = INT64) x()\n");
            text.append("@Embedding(rows = \"e\", dim = \"d\") wte(x)\n");
            String last = chain("wte", operators - 1);
            text.append("@Input(shape = \"batch\", dtype = INT64) targets()\n");
            text.append("@Tied(\"weight=wte.weight\") @Linear(out = \"e\", bias = false) y(%s)\n".formatted(last));
            text.append("@Loss @CrossEntropy loss(logits=y, targets)\n");
            return ModelSpecs.model("Random", dims, text.toString());
        }
        text.append("@Input(shape = \"batch d\") x()\n");
        String last = switch (form) {
            case CHAIN -> chain(start, operators);
            case RESIDUAL -> residual(start, operators);
            case READ_TWICE -> readTwice(start, operators);
            case TIED -> tied(start, operators);
            case REPEATED, CONSTANT -> "body";
            case PAST -> "joined";
        };
        if (form == Form.REPEATED) {
            if (random.nextInt(3) == 0) {
                start = operator(start);
            }
            text.append("@Repeat(\"layers\") @Use(value = Cell, dims = \"e=e\") body(%s)\n".formatted(start));
        }
        if (form == Form.CONSTANT) {
            text.append("@%s same(x)\n".formatted(random.nextBoolean() ? "Tanh" : "LayerNorm"));
            text.append("@Repeat(\"layers\") @Use(value = Cell, dims = \"e=e\") body(x, same)\n");
        } else if (form == Form.PAST) {
            String before = operator(start);
            text.append("@Use(value = Cell, dims = \"e=e\") body(x=%s)\n".formatted(before));
            text.append("@%s joined(%s, body)\n".formatted(random.nextBoolean() ? "Add" : "Multiply", before));
        }
        text.append("@Input(shape = \"batch d\") targets()\n");
        text.append("@Loss @MeanSquaredError loss(x=%s, targets)\n".formatted(last));
        ModelSpecs model = ModelSpecs.model("Random", dims, text.toString());
        if (!List.of(Form.REPEATED, Form.CONSTANT, Form.PAST).contains(form)) {
            return model;
        }
        RandomModels cell = new RandomModels(sizes, random);
        cell.text.append("@Input(shape = \"batch d\") x()\n");
        if (form == Form.CONSTANT) {
            cell.text.append("@Input(shape = \"batch d\") same()\n");
        }
        int inner = form == Form.REPEATED ? operators : Math.max(1, operators - 1);
        String made = random.nextBoolean() ? cell.chain("x", inner) : cell.residual("x", inner);
        if (form == Form.CONSTANT) {
            made = cell.add("@Multiply #(%s, same)".formatted(made));
        }
        int at = cell.text.lastIndexOf("\n", cell.text.length() - 2) + 1;
        return model.block("Cell", "", cell.text.insert(at, "@Output ").toString());
    }

    private int size() {
        return sizes.get(random.nextInt(sizes.size()));
    }

    private String add(String line) {
        count++;
        String name = "t" + count;
        text.append(line.replace("#", name)).append('\n');
        return name;
    }

    /** One operator that keeps the shape. */
    private String operator(String x) {
        return switch (random.nextInt(linears > 1 ? 2 : 4)) {
            case 0 -> add("@%s #(%s)".formatted(ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size())), x));
            case 1 -> add((random.nextBoolean() ? "@LayerNorm" : "@RmsNorm") + " #(" + x + ")");
            default -> linear(x, "d");
        };
    }

    private String linear(String x, String out) {
        linears++;
        String bias = random.nextBoolean() ? "" : ", bias = false";
        return add("@Linear(out = \"%s\"%s) #(%s)".formatted(out, bias, x));
    }

    private String chain(String x, int operators) {
        String last = x;
        if (operators > 2 && random.nextBoolean()) {
            last = linear(linear(last, "e"), "d");
            return chain(last, operators - 2);
        }
        for (int k = 0; k < operators; k++) {
            last = operator(last);
        }
        return last;
    }

    private String residual(String x, int operators) {
        String before = random.nextBoolean() && operators > 2 ? operator(x) : x;
        String inner = chain(before, Math.max(1, operators - 2));
        return add("@Add #(%s, %s)".formatted(before, inner));
    }

    private String readTwice(String x, int operators) {
        String left = chain(x, Math.max(1, (operators - 1) / 2));
        String right = operator(x);
        return add("@%s #(%s, %s)".formatted(random.nextBoolean() ? "Add" : "Multiply", left, right));
    }

    private String tied(String x, int operators) {
        String first = add("@Linear(out = \"d\", bias = false) #(" + x + ")");
        linears++;
        String between = chain(first, Math.max(0, operators - 2));
        return add("@Tied(\"weight=%s.weight\") @Linear(out = \"d\", bias = false) #(%s)".formatted(first, between));
    }
}

package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import java.util.List;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Blocks used once, several times, inside each other, with several outputs, and with inputs that stay constant. */
final class RepeatCases {
    private static final String LAYER = """
            @Block
            interface Layer {
                @Input(shape = "batch d") Tensor x();
                @Linear(out = "d") Tensor up(Tensor x);
                @Tanh Tensor act(Tensor up);
                @Output @Add Tensor y(Tensor x, Tensor act);
            }
            """;

    private RepeatCases() {}

    static List<ModelCase> all() {
        return List.of(
                repeated(1, false),
                repeated(2, false),
                repeated(5, false),
                repeated(3, true),
                fromRawData("**"),
                fromRawData("body.1.**"),
                collected("LAST"),
                collected("SUM"),
                collected("STACK"),
                carriedOutputIsRead(),
                constants(),
                nested(),
                severalOutputs(),
                outputPassesInputOn(),
                skips());
    }

    private static ModelCase repeated(int count, boolean shared) {
        String source = LAYER + """
                @Model
                interface Net {
                    @Input(shape = "batch features") Tensor x();
                    @Input(shape = "batch", dtype = DType.INT64) Tensor targets();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Repeat(value = "layers", shared = %s) @Use(Layer.class) Tensor body(Tensor first);
                    @Output @Linear(out = "classes") Tensor logits(Tensor body);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }
                """.formatted(shared);
        String name = count + " repetitions" + (shared ? " with shared parameters" : "");
        String dims = "batch=3..9 features=2..9 d=4..17 classes=2..9 layers=" + count;
        return ModelCase.of(name, dims, source, (net, sizes) -> {
            Tensor h = net.linear("first", net.input("x"));
            for (int i = 0; i < count; i++) {
                h = h.add(torch.tanh(net.linear(shared ? "body.up" : "body." + i + ".up", h)));
            }
            Tensor logits = net.linear("logits", h);
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }

    /** The first repetition has no gradient to hand on; with patterns, not every repetition has gradients at all. */
    private static ModelCase fromRawData(String trainable) {
        String source = LAYER + """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Output @Repeat("layers") @Use(Layer.class) Tensor body(Tensor x);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor body, Tensor targets);
                }
                """;
        String train = "trainable = \"" + trainable + "\"";
        return new ModelCase(
                "repetitions of raw data, trained " + trainable,
                "batch=3..9 d=4..17 layers=4",
                source,
                train,
                (net, sizes) -> {
                    Tensor h = net.input("x");
                    for (int i = 0; i < 4; i++) {
                        h = h.add(torch.tanh(net.linear("body." + i + ".up", h)));
                    }
                    return new Outcome().output("body", h).loss(torch.mse_loss(h, net.input("targets")));
                });
    }

    private static ModelCase collected(String collect) {
        boolean stack = collect.equals("STACK");
        String source = """
                @Block
                interface Layer {
                    @Input(shape = "batch d") Tensor x();
                    @Output(feeds = "x") @Linear(out = "d") Tensor y(Tensor x);
                    @Output(collect = Collect.%s) @Linear(out = "e") Tensor aside(Tensor y);
                }
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "%s") Tensor targets();
                    @Input(shape = "batch d") Tensor ends();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Repeat("layers") @Use(value = Layer.class, dims = "e=e") Tensor body(@In(to = "x") Tensor first);
                    @Output @Tanh Tensor z(@In("body.aside") Tensor aside);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor z, Tensor targets);
                    @Loss(weight = 2) @MeanSquaredError
                    Tensor end(@In(value = "body.y", to = "x") Tensor y, @In(to = "targets") Tensor ends);
                }
                """.formatted(collect, stack ? "layers batch e" : "batch e");
        return ModelCase.of(
                "outputs collected by " + collect, "batch=3..9 d=4..17 e=2..5 layers=3", source, (net, sizes) -> {
                    Tensor h = net.linear("first", net.input("x"));
                    Tensor[] aside = new Tensor[3];
                    for (int i = 0; i < aside.length; i++) {
                        h = net.linear("body." + i + ".y", h);
                        aside[i] = net.linear("body." + i + ".aside", h);
                    }
                    Tensor collected = switch (collect) {
                        case "LAST" -> aside[2];
                        case "SUM" -> aside[0].add(aside[1]).add(aside[2]);
                        default -> torch.stack(new TensorVector(aside), 0);
                    };
                    Tensor z = torch.tanh(collected);
                    return new Outcome()
                            .output("z", z)
                            .loss("end", torch.mse_loss(h, net.input("ends")), 2)
                            .loss("loss", torch.mse_loss(z, net.input("targets")), 1);
                });
    }

    /** What repetitions pass on is read outside by several, before and behind. */
    private static ModelCase carriedOutputIsRead() {
        String source = LAYER + """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Repeat("2") @Use(Layer.class) Tensor body(Tensor first);
                    @Repeat("3") @Use(Layer.class) Tensor rest(Tensor body);
                    @Add Tensor both(Tensor first, Tensor rest);
                    @Output @Add Tensor y(Tensor both, Tensor body);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("repetitions between skips", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor first = net.linear("first", net.input("x"));
            Tensor body = layers(net, "body", first, 2);
            Tensor y = first.add(layers(net, "rest", body, 3)).add(body);
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static Tensor layers(Autograd net, String name, Tensor x, int count) {
        Tensor h = x;
        for (int i = 0; i < count; i++) {
            h = h.add(torch.tanh(net.linear(name + "." + i + ".up", h)));
        }
        return h;
    }

    /** A constant whose gradient is summed over the repetitions, and one that needs none. */
    private static ModelCase constants() {
        String source = """
                @Block
                interface Layer {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor memory();
                    @Input(shape = "batch d") Tensor gate();
                    @Linear(out = "d") Tensor own(Tensor x);
                    @Linear(out = "d") Tensor other(Tensor memory);
                    @Multiply Tensor met(Tensor own, Tensor other);
                    @Multiply Tensor gated(Tensor met, Tensor gate);
                    @Output @Add Tensor y(Tensor x, Tensor gated);
                }
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor raw();
                    @Input(shape = "batch d") Tensor gate();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor start(Tensor raw);
                    @Linear(out = "d") Tensor memory(Tensor raw);
                    @Repeat("layers") @Use(Layer.class)
                    Tensor body(@In(to = "x") Tensor start, Tensor memory, Tensor gate);
                    @Output @Add Tensor y(Tensor body, Tensor memory);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("constants of repetitions", "batch=3..9 d=4..17 layers=3", source, (net, sizes) -> {
            Tensor memory = net.linear("memory", net.input("raw"));
            Tensor h = net.linear("start", net.input("raw"));
            for (int i = 0; i < 3; i++) {
                Tensor met = net.linear("body." + i + ".own", h).mul(net.linear("body." + i + ".other", memory));
                h = h.add(met.mul(net.input("gate")));
            }
            Tensor y = h.add(memory);
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static ModelCase nested() {
        String source = LAYER + """
                @Block(dims = "inner=2")
                interface Stage {
                    @Input(shape = "batch d") Tensor x();
                    @Repeat("inner") @Use(Layer.class) Tensor layers(Tensor x);
                    @Use(Layer.class) Tensor one(Tensor layers);
                    @Linear(out = "wide") Tensor up(Tensor one);
                    @Relu Tensor act(Tensor up);
                    @Output @Linear(out = "d") Tensor y(Tensor act);
                }
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Use(value = Stage.class, dims = "wide=3*d inner=1") Tensor first(Tensor x);
                    @Repeat("2") @Use(value = Stage.class, dims = "wide=2*d") Tensor rest(Tensor first);
                    @Output @Use(value = Stage.class, dims = "wide=2*d") Tensor last(Tensor rest);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor last, Tensor targets);
                }
                """;
        BiFunction<Autograd, String, BiFunction<Tensor, Integer, Tensor>> stage = (net, name) -> (x, inner) -> {
            Tensor h = layers(net, name + ".layers", x, inner);
            h = h.add(torch.tanh(net.linear(name + ".one.up", h)));
            return net.linear(name + ".y", torch.relu(net.linear(name + ".up", h)));
        };
        return ModelCase.of("blocks in blocks", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor h = stage.apply(net, "first").apply(net.input("x"), 1);
            h = stage.apply(net, "rest.0").apply(h, 2);
            h = stage.apply(net, "rest.1").apply(h, 2);
            Tensor y = stage.apply(net, "last").apply(h, 2);
            return new Outcome().output("last", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static ModelCase severalOutputs() {
        String source = """
                @Block
                interface Halves {
                    @Input(shape = "batch d") Tensor x();
                    @Output @Linear(out = "d") Tensor left(Tensor x);
                    @Output @Linear(out = "d") Tensor right(Tensor x);
                    @Output @Tanh Tensor unread(Tensor right);
                }
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Use(Halves.class) Tensor one(@In(to = "x") Tensor first);
                    @Use(Halves.class) Tensor two(@In(value = "one.left", to = "x") Tensor left);
                    @Multiply Tensor met(@In("one.right") Tensor a, @In("two.right") Tensor b);
                    @Output @Add Tensor y(Tensor met, @In("one.left") Tensor left);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        // two.left is trained by nothing: libtorch leaves its gradient undefined.
        return new ModelCase(
                "several outputs, some unread",
                "batch=3..9 d=4..17",
                source,
                "trainable = {\"first.**\", \"one.**\", \"two.right.**\"}",
                (net, sizes) -> {
                    Tensor first = net.linear("first", net.input("x"));
                    Tensor left = net.linear("one.left", first);
                    Tensor met = net.linear("one.right", first).mul(net.linear("two.right", left));
                    Tensor y = met.add(left);
                    return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
                });
    }

    /** A block hands its input on as it is, as an encoder hands on what a decoder skips to. */
    private static ModelCase outputPassesInputOn() {
        String source = """
                @Block
                interface Down {
                    @Input(shape = "batch d") Tensor x();
                    @Output @Tanh Tensor skip(Tensor x);
                    @Output @Linear(out = "d/2") Tensor y(Tensor skip);
                }
                @Block
                interface Up {
                    @Input(shape = "batch c") Tensor x();
                    @Input(shape = "batch d") Tensor skip();
                    @Linear(out = "d") Tensor wide(Tensor x);
                    @Output @Add Tensor y(Tensor wide, Tensor skip);
                }
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Use(Down.class) Tensor d1(@In(to = "x") Tensor first);
                    @Use(Down.class) Tensor d2(@In(value = "d1.y", to = "x") Tensor y);
                    @Use(Up.class)
                    Tensor u2(@In(value = "d2.y", to = "x") Tensor y, @In(value = "d2.skip", to = "skip") Tensor s);
                    @Output @Use(Up.class)
                    Tensor u1(@In(value = "u2", to = "x") Tensor y, @In(value = "d1.skip", to = "skip") Tensor s);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor u1, Tensor targets);
                }
                """;
        return ModelCase.of("skips across blocks", "batch=3..9 d=8..8", source, (net, sizes) -> {
            Tensor s1 = torch.tanh(net.linear("first", net.input("x")));
            Tensor s2 = torch.tanh(net.linear("d1.y", s1));
            Tensor u2 = net.linear("u2.wide", net.linear("d2.y", s2)).add(s2);
            Tensor u1 = net.linear("u1.wide", u2).add(s1);
            return new Outcome().output("u1", u1).loss(torch.mse_loss(u1, net.input("targets")));
        });
    }

    /** Dense skips: every layer adds all before it. */
    private static ModelCase skips() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor a(Tensor x);
                    @Tanh Tensor b(Tensor a);
                    @Add Tensor ab(Tensor a, Tensor b);
                    @Linear(out = "d") Tensor c(Tensor ab);
                    @Add Tensor abc(Tensor ab, Tensor c);
                    @Multiply Tensor all(Tensor abc, Tensor a);
                    @Add Tensor more(Tensor all, Tensor b);
                    @Output @Add Tensor y(Tensor more, Tensor x);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("dense skips", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor a = net.linear("a", net.input("x"));
            Tensor b = torch.tanh(a);
            Tensor ab = a.add(b);
            Tensor y = ab.add(net.linear("c", ab)).mul(a).add(b).add(net.input("x"));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }
}

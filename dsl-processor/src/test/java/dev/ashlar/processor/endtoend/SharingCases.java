package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Parameters that several operators share or that are not trained; interfaces that extend others. */
final class SharingCases {
    private static final String LAYER = """
            @Block
            interface Layer {
                @Input(shape = "batch d") Tensor x();
                @Linear(out = "d") Tensor up(Tensor x);
                @Tanh Tensor act(Tensor up);
                @Output @Add Tensor y(Tensor x, Tensor act);
            }
            """;

    private SharingCases() {}

    static List<ModelCase> all() {
        return List.of(
                tiedUses(false),
                tiedUses(true),
                tiedFlat(),
                frozen(),
                frozenTrunk(),
                extendedBlock(),
                overridingModel(),
                overridingPlan());
    }

    private static Tensor layer(Autograd net, String name, Tensor x) {
        return x.add(torch.tanh(net.linear(name + ".up", x)));
    }

    private static ModelCase tiedUses(boolean repeated) {
        String source = LAYER + """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    %1$s @Use(Layer.class) Tensor one(Tensor x);
                    @Linear(out = "d") Tensor between(Tensor one);
                    %1$s @Use(Layer.class) @Tied("one") Tensor two(Tensor between);
                    @Output @Scale(0.5) Tensor y(Tensor two);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """.formatted(repeated ? "@Repeat(\"2\")" : "");
        String name = "tied uses" + (repeated ? ", repeated" : "");
        return ModelCase.of(name, "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor h = net.input("x");
            for (int pass = 0; pass < 2; pass++) {
                for (int i = 0; i < (repeated ? 2 : 1); i++) {
                    h = layer(net, repeated ? "one." + i : "one", h);
                }
                h = pass == 0 ? net.linear("between", h) : h;
            }
            Tensor y = Autograd.scale(h, 0.5);
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static ModelCase tiedFlat() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor a(Tensor x);
                    @Tanh Tensor b(Tensor a);
                    @Linear(out = "d") @Tied({"weight=a.weight", "bias=a.bias"}) Tensor c(Tensor b);
                    @Output @Linear(out = "d") @Tied("weight=a.weight") Tensor y(Tensor c);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("tied operators", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor c = net.linear("a", torch.tanh(net.linear("a", net.input("x"))));
            Tensor y = torch.linear(c, net.parameter("a.weight")).add(net.parameter("y.bias"));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static String layers(String extra) {
        return LAYER + """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor first(Tensor x);
                    @Repeat("4") @Use(Layer.class) Tensor body(Tensor first);
                    @Output @Linear(out = "d") Tensor y(Tensor body);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """ + extra;
    }

    private static Outcome layers(Autograd net) {
        Tensor h = net.linear("first", net.input("x"));
        for (int i = 0; i < 4; i++) {
            h = layer(net, "body." + i, h);
        }
        Tensor y = net.linear("y", h);
        return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
    }

    /** In the middle and by kind: gradients pass through what is frozen. */
    private static ModelCase frozen() {
        return new ModelCase(
                "single frozen parameters",
                "batch=3..9 d=4..17",
                layers(""),
                "trainable = {\"first.bias\", \"body.*.up.bias\", \"body.2.**\", \"y.weight\"}",
                (net, sizes) -> layers(net));
    }

    /** As in fine-tuning: no gradient goes below the last layers. */
    private static ModelCase frozenTrunk() {
        return new ModelCase(
                "a frozen trunk",
                "batch=3..9 d=4..17",
                layers(""),
                "trainable = {\"body.2.**\", \"body.3.**\", \"y.**\"}",
                (net, sizes) -> layers(net));
    }

    private static ModelCase extendedBlock() {
        String source = LAYER + """
                @Block
                interface Deep extends Layer {
                    @Linear(out = "d") Tensor more(Tensor act);
                    @Override @Output @Add Tensor y(Tensor x, @In("more") Tensor act);
                }
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Use(Layer.class) Tensor plain(Tensor x);
                    @Output @Repeat("2") @Use(Deep.class) Tensor deep(Tensor plain);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor deep, Tensor targets);
                }
                """;
        return ModelCase.of("a block that extends a block", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor h = layer(net, "plain", net.input("x"));
            for (int i = 0; i < 2; i++) {
                String at = "deep." + i;
                h = h.add(net.linear(at + ".more", torch.tanh(net.linear(at + ".up", h))));
            }
            return new Outcome().output("deep", h).loss(torch.mse_loss(h, net.input("targets")));
        });
    }

    private static ModelCase overridingModel() {
        String source = """
                @Model(dims = "wide=3")
                interface Base {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "wide*d") Tensor up(Tensor x);
                    @Relu Tensor act(Tensor up);
                    @Output @Linear(out = "d") Tensor y(Tensor act);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                @Model
                interface Net extends Base {
                    @Override @Silu Tensor act(Tensor up);
                    @Override @Linear(out = "wide*d", bias = false) Tensor up(Tensor x);
                }
                """;
        return ModelCase.of("a model that overrides another", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor y = net.linear("y", torch.silu(net.linear("up", net.input("x"))));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static ModelCase overridingPlan() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "3*d") Tensor up(Tensor x);
                    @Relu Tensor act(Tensor up);
                    @Output @Linear(out = "d") Tensor y(Tensor act);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                <plan>
                interface Laptop extends Net {
                    @LayerNorm Tensor norm(Tensor up);
                    @Override @Silu Tensor act(@In("norm") Tensor up);
                }
                """;
        return ModelCase.of("a plan that overrides its model", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor y = net.linear("y", torch.silu(net.layerNorm("norm", net.linear("up", net.input("x")))));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }
}

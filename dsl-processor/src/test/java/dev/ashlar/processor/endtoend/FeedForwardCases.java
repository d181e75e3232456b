package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Flat models: operators, skips, several losses and arithmetic of losses. */
final class FeedForwardCases {
    private FeedForwardCases() {}

    static List<ModelCase> all() {
        return List.of(
                pointwise(), severalLosses(), lossArithmetic(), outputIsAlsoRead(), smoothing(), productOfSelf());
    }

    private static ModelCase pointwise() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor a(Tensor x);
                    @Gelu Tensor b(Tensor a);
                    @Linear(out = "2*d") Tensor c(Tensor b);
                    @Silu Tensor e(Tensor c);
                    @Linear(out = "d", bias = false) Tensor f(Tensor e);
                    @Tanh Tensor g(Tensor f);
                    @Sigmoid Tensor gate(Tensor a);
                    @Multiply Tensor gated(Tensor g, Tensor gate);
                    @Softmax Tensor weights(Tensor b);
                    @Scale(1.5) Tensor scaled(Tensor weights);
                    @Add Tensor mixed(Tensor gated, Tensor scaled);
                    @Relu Tensor positive(Tensor mixed);
                    @LayerNorm(bias = false) Tensor norm(Tensor mixed);
                    @Add Tensor both(Tensor positive, Tensor norm);
                    @Gelu(form = GeluForm.ERF) Tensor bent(Tensor both);
                    @Output @Linear(out = "d") Tensor y(Tensor bent);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("operators of single elements", "batch=2..7 d=3..33", source, (net, sizes) -> {
            Tensor a = net.linear("a", net.input("x"));
            Tensor b = Autograd.gelu(a);
            Tensor g = torch.tanh(net.linear("f", torch.silu(net.linear("c", b))));
            Tensor mixed = g.mul(torch.sigmoid(a)).add(Autograd.scale(torch.softmax(b, -1), 1.5));
            Tensor both = torch.relu(mixed).add(net.layerNorm("norm", mixed));
            Tensor y = net.linear("y", torch.gelu(both));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static ModelCase severalLosses() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch", dtype = DType.INT64) Tensor labels();
                    @Linear(out = "d") Tensor trunk(Tensor x);
                    @Relu Tensor act(Tensor trunk);
                    @Output @Linear(out = "classes") Tensor logits(Tensor act);
                    @Output @Linear(out = "d") Tensor rebuilt(Tensor act);
                    @Loss @CrossEntropy Tensor named(Tensor logits, @In(value = "labels", to = "targets") Tensor labels);
                    @Loss(weight = 0.3) @MeanSquaredError
                    Tensor close(@In(value = "rebuilt", to = "x") Tensor rebuilt, @In(value = "x", to = "targets") Tensor x);
                }
                """;
        return ModelCase.of("several losses with weights", "batch=3..9 d=4..17 classes=2..9", source, (net, sizes) -> {
            Tensor act = torch.relu(net.linear("trunk", net.input("x")));
            Tensor logits = net.linear("logits", act);
            Tensor rebuilt = net.linear("rebuilt", act);
            return new Outcome()
                    .output("logits", logits)
                    .output("rebuilt", rebuilt)
                    .loss("close", torch.mse_loss(rebuilt, net.input("x")), 0.3)
                    .loss("named", Autograd.crossEntropy(logits, net.input("labels"), 0), 1);
        });
    }

    private static ModelCase lossArithmetic() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch", dtype = DType.INT64) Tensor targets();
                    @Linear(out = "d") Tensor y(Tensor x);
                    @Linear(out = "classes") Tensor logits(Tensor y);
                    @CrossEntropy Tensor classed(Tensor logits, Tensor targets);
                    @MeanSquaredError
                    Tensor square(@In(to = "x") Tensor y, @In(value = "x", to = "targets") Tensor x);
                    @Scale(0.2) Tensor small(Tensor square);
                    @Multiply Tensor product(Tensor classed, Tensor square);
                    @Add Tensor sum(Tensor classed, Tensor small);
                    @Loss @Add Tensor loss(Tensor sum, Tensor product);
                }
                """;
        return ModelCase.of("arithmetic of losses", "batch=3..9 d=4..17 classes=2..9", source, (net, sizes) -> {
            Tensor y = net.linear("y", net.input("x"));
            Tensor classed = Autograd.crossEntropy(net.linear("logits", y), net.input("targets"), 0);
            Tensor square = torch.mse_loss(y, net.input("x"));
            return new Outcome().loss(classed.add(Autograd.scale(square, 0.2)).add(classed.mul(square)));
        });
    }

    private static ModelCase outputIsAlsoRead() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Output @Linear(out = "d") Tensor h(Tensor x);
                    @Output @Relu Tensor act(Tensor h);
                    @Output @Add Tensor y(Tensor h, Tensor act);
                    @Loss @MeanSquaredError
                    Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("outputs that others read", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor h = net.linear("h", net.input("x"));
            Tensor act = torch.relu(h);
            Tensor y = h.add(act);
            return new Outcome()
                    .output("act", act)
                    .output("h", h)
                    .output("y", y)
                    .loss(torch.mse_loss(y, net.input("targets")));
        });
    }

    private static ModelCase smoothing() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch s d") Tensor x();
                    @Input(shape = "batch s", dtype = DType.INT64) Tensor targets();
                    @Linear(out = "d") Tensor hidden(Tensor x);
                    @Output @Linear(out = "classes") Tensor logits(Tensor hidden);
                    @Loss @CrossEntropy(labelSmoothing = 0.1) Tensor loss(Tensor logits, Tensor targets);
                }
                """;
        return ModelCase.of("smoothed labels", "batch=3..9 s=2..5 d=4..17 classes=2..9", source, (net, sizes) -> {
            Tensor logits = net.linear("logits", net.linear("hidden", net.input("x")));
            return new Outcome()
                    .output("logits", logits)
                    .loss(Autograd.crossEntropy(logits, net.input("targets"), 0.1));
        });
    }

    private static ModelCase productOfSelf() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch d") Tensor x();
                    @Input(shape = "batch d") Tensor targets();
                    @Linear(out = "d") Tensor h(Tensor x);
                    @Multiply Tensor square(@In("h") Tensor a, @In("h") Tensor b);
                    @Add Tensor twice(@In("square") Tensor a, @In("square") Tensor b);
                    @Add Tensor thrice(Tensor twice, Tensor square);
                    @Output @Linear(out = "d") Tensor y(Tensor thrice);
                    @Loss @MeanSquaredError Tensor loss(@In(to = "x") Tensor y, Tensor targets);
                }
                """;
        return ModelCase.of("a tensor read twice by one operator", "batch=3..9 d=4..17", source, (net, sizes) -> {
            Tensor h = net.linear("h", net.input("x"));
            Tensor square = h.mul(h);
            Tensor y = net.linear("y", square.add(square).add(square));
            return new Outcome().output("y", y).loss(torch.mse_loss(y, net.input("targets")));
        });
    }
}

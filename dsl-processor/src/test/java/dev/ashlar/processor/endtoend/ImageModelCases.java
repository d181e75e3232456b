package dev.ashlar.processor.endtoend;

import dev.ashlar.processor.endtoend.ModelCase.Outcome;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Convolutional models, whose batch norms keep running statistics. */
final class ImageModelCases {
    private ImageModelCases() {}

    static List<ModelCase> all() {
        return List.of(residual(), lenet());
    }

    private static ModelCase residual() {
        String source = """
                @Block
                interface Residual {
                    @Input(shape = "batch c h w") Tensor x();
                    @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) Tensor conv1(Tensor x);
                    @BatchNorm2d Tensor norm1(Tensor conv1);
                    @Relu Tensor act1(Tensor norm1);
                    @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) Tensor conv2(Tensor act1);
                    @BatchNorm2d Tensor norm2(Tensor conv2);
                    @Add Tensor sum(Tensor x, Tensor norm2);
                    @Output @Relu Tensor y(Tensor sum);
                }
                @Model
                interface Net {
                    @Input(shape = "batch 3 side side") Tensor images();
                    @Input(shape = "batch", dtype = DType.INT64) Tensor targets();
                    @Conv2d(out = "c", kernel = 3, padding = 1) Tensor unseen(Tensor images);
                    @BatchNorm2d Tensor stemNorm(Tensor unseen);
                    @Repeat("2") @Use(Residual.class) Tensor fine(Tensor stemNorm);
                    @MaxPool2d(kernel = 2) Tensor pooled(Tensor fine);
                    @Conv2d(out = "2*c", kernel = 3, stride = 2, padding = 1, groups = 2) Tensor widened(Tensor pooled);
                    @Use(Residual.class) Tensor coarse(Tensor widened);
                    @GlobalAvgPool2d Tensor features(Tensor coarse);
                    @Output @Linear(out = "classes") Tensor logits(Tensor features);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }
                """;
        return ModelCase.of("a residual network", "batch=4..6 side=8..12 c=4 classes=3..9", source, (net, sizes) -> {
            Tensor h = net.batchNorm("stemNorm", net.conv2d("unseen", net.input("images"), 1, 1, 1));
            h = residual(net, "fine.1", residual(net, "fine.0", h));
            h = net.conv2d("widened", Autograd.maxPool2d(h, 2, 2, 0), 2, 1, 2);
            Tensor logits = net.linear("logits", residual(net, "coarse", h).mean(2, 3));
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }

    private static Tensor residual(Autograd net, String name, Tensor x) {
        Tensor act = torch.relu(net.batchNorm(name + ".norm1", net.conv2d(name + ".conv1", x, 1, 1, 1)));
        return torch.relu(x.add(net.batchNorm(name + ".norm2", net.conv2d(name + ".conv2", act, 1, 1, 1))));
    }

    private static ModelCase lenet() {
        String source = """
                @Model
                interface Net {
                    @Input(shape = "batch 1 side side") Tensor images();
                    @Input(shape = "batch", dtype = DType.INT64) Tensor targets();
                    @Conv2d(out = "6", kernel = 5, padding = 2) Tensor conv1(Tensor images);
                    @Tanh Tensor act1(Tensor conv1);
                    @MaxPool2d(kernel = 3, stride = 2, padding = 1) Tensor pool1(Tensor act1);
                    @Conv2d(out = "8", kernel = 3) Tensor conv2(Tensor pool1);
                    @Tanh Tensor act2(Tensor conv2);
                    @Flatten Tensor flat(Tensor act2);
                    @Linear(out = "20") Tensor fc(Tensor flat);
                    @Tanh Tensor act3(Tensor fc);
                    @Output @Linear(out = "classes") Tensor logits(Tensor act3);
                    @Loss @CrossEntropy Tensor loss(Tensor logits, Tensor targets);
                }
                """;
        return ModelCase.of("LeNet", "batch=3..6 side=9..14 classes=3..9", source, (net, sizes) -> {
            Tensor h = torch.tanh(net.conv2d("conv1", net.input("images"), 1, 2, 1));
            h = torch.tanh(net.conv2d("conv2", Autograd.maxPool2d(h, 3, 2, 1), 1, 0, 1));
            h = torch.tanh(net.linear("fc", h.reshape(h.size(0), -1)));
            Tensor logits = net.linear("logits", h);
            return new Outcome().output("logits", logits).loss(Autograd.crossEntropy(logits, net.input("targets"), 0));
        });
    }
}

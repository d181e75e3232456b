package dev.ashlar.processor.op;

import static dev.ashlar.processor.op.OperatorCase.shape;

import dev.ashlar.processor.op.OperatorCase.Reference;
import dev.ashlar.processor.op.OperatorCase.Sketch;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Convolution, batch norm and pooling. */
final class ImageCases {
    private static final double EPS = 1e-5;
    private static final double MOMENTUM = 0.1;

    private ImageCases() {}

    static List<OperatorCase> all() {
        return List.of(
                conv("with bias", 1, 1, true),
                conv("without bias, with gaps", 1, 2, false),
                conv("in groups", 2, 1, false),
                conv("in groups with bias", 3, 1, true),
                batchNorm(),
                maxPool("", 2, 0, 0),
                maxPool("with overlap and border", 3, 2, 1),
                OperatorCase.of(
                        "GlobalAvgPool2d",
                        "",
                        d -> Sketch.of(Map.of(), image(d, d.size(1, 3))),
                        r -> r.x().mean(2, 3)));
    }

    private static long[] image(Draw d, long channels) {
        return shape(d.size(1, 3), channels, d.any(5, 9), d.any(5, 9));
    }

    private static OperatorCase conv(String label, int groups, int dilation, boolean bias) {
        return OperatorCase.of(
                "Conv2d",
                label,
                d -> {
                    // as many groups as the unit of sizes asks for, so that they can be sharded
                    long parts = groups == 1 ? 1 : groups * d.size(1, 1);
                    int kernel = d.any(1, 3);
                    Map<String, Object> elements = Map.of(
                            "out", "c=" + parts * d.size(1, 2),
                            "kernel", kernel,
                            "stride", d.any(1, 2),
                            "padding", d.any(0, 1),
                            "dilation", dilation,
                            "groups", parts,
                            "bias", bias);
                    return Sketch.of(elements, image(d, parts * d.size(1, 2)));
                },
                ImageCases::conv);
    }

    private static Tensor conv(Reference r) {
        Attributes a = r.attributes();
        return torch.convolution(
                r.x(),
                r.parameters().get(0),
                OperatorCases.optional(r, 1),
                square(a.whole("stride")),
                square(a.whole("padding")),
                square(a.whole("dilation")),
                false,
                square(0),
                a.whole("groups"));
    }

    private static long[] square(long side) {
        return new long[] {side, side};
    }

    private static OperatorCase batchNorm() {
        return new OperatorCase(
                "BatchNorm2d",
                "",
                d -> Sketch.of(Map.of("eps", EPS, "momentum", MOMENTUM), image(d, d.size(1, 4))),
                r -> batchNorm(r, true),
                r -> batchNorm(r, false));
    }

    private static Tensor batchNorm(Reference r, boolean training) {
        return torch.batch_norm(
                r.x(),
                OperatorCases.optional(r, 0),
                OperatorCases.optional(r, 1),
                detached(r, 2),
                detached(r, 3),
                training,
                MOMENTUM,
                EPS,
                false);
    }

    private static TensorOptional detached(Reference r, int index) {
        return new TensorOptional(r.parameters().get(index).detach());
    }

    private static OperatorCase maxPool(String label, int kernel, int stride, int padding) {
        return OperatorCase.of(
                "MaxPool2d",
                label,
                d -> Sketch.of(Map.of("kernel", kernel, "stride", stride, "padding", padding), image(d, d.size(1, 3))),
                r -> torch.max_pool2d(
                        r.x(),
                        square(kernel),
                        square(stride == 0 ? kernel : stride),
                        square(padding),
                        square(1),
                        false));
    }
}

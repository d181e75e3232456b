package dev.ashlar.processor.joint;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import dev.ashlar.processor.cost.CostModel;
import dev.ashlar.processor.device.Device;
import dev.ashlar.processor.device.DeviceCatalogue;
import dev.ashlar.processor.device.Link;
import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.device.MeshAxis;
import dev.ashlar.processor.device.NumberFormat;
import dev.ashlar.processor.shard.Collectives;
import dev.ashlar.processor.shard.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model on a mesh of H100s, for benchmarks of the planner.
 *
 * @param model {@code gpt}, {@code llama}, {@code cnn}, or {@code attending}: an encoder's memory and a mask that all decoder blocks read
 * @param layers decoder blocks, and as many encoder blocks where there is an encoder; of a CNN residual ones
 * @param mesh {@code 4x8}
 * @param links {@code fast}: NVLink inside, InfiniBand outside; {@code slow}: less than 25 GB/s on all axes
 */
record PlannedInstance(String model, int layers, String mesh, String links, Repeats repeats) {
    private static final Link SLOW = new Link("slow", 15e-6, 12e9);

    /** As five words. */
    static PlannedInstance read(String[] words) {
        return new PlannedInstance(
                words[0], Integer.parseInt(words[1]), words[2], words[3], Repeats.valueOf(words[4].toUpperCase()));
    }

    List<String> words() {
        return List.of(model, Integer.toString(layers), mesh, links, repeats.name());
    }

    ModelSpecs specs() {
        int devices = sizes().stream().reduce(1, (a, b) -> a * b);
        int width = devices > 8 ? 4096 : 2048;
        String dims = "batch=%d seq=2048 d=%d heads=%d vocab=50304 layers=%d"
                .formatted(Math.max(16, 2 * devices), width, width / 128, layers);
        ModelSpecs specs = switch (model) {
            case "gpt" -> SampleModels.gpt(dims);
            case "llama" -> llama(dims);
            case "cnn" -> cnn("batch=256 c=64 h=56 w=56 classes=1024 layers=" + layers);
            case "attending" ->
                SampleModels.attending("batch=%d seq=512 d=1024".formatted(Math.max(16, 2 * devices)), layers);
            default -> throw new IllegalArgumentException("there is no model " + model);
        };
        return specs.precision("BF16");
    }

    /** What it is planned for. */
    Target target() {
        List<Integer> sizes = sizes();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            names.add(links.equals("slow") ? "slow" : i + 1 == sizes.size() ? "nvlink4" : "ib-400g");
        }
        return target("h100-sxm", sizes, names, repeats);
    }

    /**
     * A mesh of devices of the catalogue, computing in BF16.
     *
     * @param links by mesh axis, of the catalogue or {@code slow}
     */
    static Target target(String device, List<Integer> sizes, List<String> links, Repeats repeats) {
        DeviceCatalogue catalogue = DeviceCatalogue.standard();
        ModelSpecs.At here = new ModelSpecs.At("benchmark");
        List<MeshAxis> axes = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            String name = links.get(i);
            axes.add(new MeshAxis(sizes.get(i), name.equals("slow") ? SLOW : catalogue.link(name, here)));
        }
        Mesh on = new Mesh(axes);
        Device of = catalogue.device(device, here);
        return new Target(
                new Collectives(on, of),
                new CostModel(of, NumberFormat.BF16),
                NumberFormat.BF16,
                i -> Layout.replicated(on.rank()),
                repeats);
    }

    private List<Integer> sizes() {
        return Arrays.stream(mesh.split("x")).map(Integer::valueOf).toList();
    }

    private static ModelSpecs llama(String dims) {
        return ModelSpecs.model("Llama", dims, """
                        @Input(shape = "batch seq", dtype = INT64) tokens()
                        @Input(shape = "batch seq", dtype = INT64) targets()
                        @Embedding(rows = "vocab", dim = "d") wte(tokens)
                        @Repeat("layers") @Use(value = Layer, dims = "heads=heads") body(wte)
                        @RmsNorm norm(body)
                        @Output @Linear(out = "vocab", bias = false) logits(norm)
                        @Loss @CrossEntropy loss(logits, targets)
                        """).block("Layer", "", """
                        @Input(shape = "batch seq d") x()
                        @RmsNorm n1(x)
                        @Attention(heads = "heads", kvHeads = "8", causal = true, rope = true, bias = false) attn(n1)
                        @Add mid(x, attn)
                        @RmsNorm n2(mid)
                        @Linear(out = "2*d", bias = false) gate(n2)
                        @Silu open(gate)
                        @Linear(out = "2*d", bias = false) up(n2)
                        @Multiply gated(a=open, b=up)
                        @Linear(out = "d", bias = false) down(gated)
                        @Output @Add y(mid, down)
                        """);
    }

    private static ModelSpecs cnn(String dims) {
        return ModelSpecs.model("Cnn", dims, """
                        @Input(shape = "batch c h w") image()
                        @Input(shape = "batch", dtype = INT64) label()
                        @Conv2d(out = "256", kernel = 3, padding = 1, bias = false) stem(image)
                        @BatchNorm2d stemNorm(stem)
                        @Relu stemAct(stemNorm)
                        @Repeat("layers") @Use(Residual) body(stemAct)
                        @GlobalAvgPool2d pooled(body)
                        @Output @Linear(out = "classes") logits(pooled)
                        @Loss @CrossEntropy loss(logits, targets=label)
                        """).block("Residual", "", """
                        @Input(shape = "batch c h w") x()
                        @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) c1(x)
                        @BatchNorm2d n1(c1)
                        @Relu a1(n1)
                        @Conv2d(out = "c", kernel = 3, padding = 1, bias = false) c2(a1)
                        @BatchNorm2d n2(c2)
                        @Add sum(x, n2)
                        @Output @Relu y(sum)
                        """);
    }
}

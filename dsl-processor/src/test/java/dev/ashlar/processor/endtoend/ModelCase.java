package dev.ashlar.processor.endtoend;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;

/**
 * A model in the language and the same model by autograd. The source has a model {@code Net}; the plan is added.
 *
 * @param name what it shows
 * @param dims the plan's sizes, {@code "batch=2 d=4..9"}: ranges are drawn
 * @param source the interfaces, without package and imports; with {@link #PLAN} before an interface {@code Laptop}, that is the plan
 * @param train elements of {@code @Train}
 * @param reference the model by autograd, for sizes by name
 */
record ModelCase(
        String name,
        String dims,
        String source,
        String train,
        BiFunction<Autograd, Map<String, Integer>, Outcome> reference) {

    /** Stands for the annotations of the plan. */
    static final String PLAN = "<plan>";

    /** What a model makes, by the names of its methods. */
    static final class Outcome {
        final Map<String, Tensor> losses = new LinkedHashMap<>();
        final Map<String, Double> weights = new LinkedHashMap<>();
        final Map<String, Tensor> outputs = new LinkedHashMap<>();

        Outcome loss(String name, Tensor value, double weight) {
            losses.put(name, value);
            weights.put(name, weight);
            return this;
        }

        Outcome loss(Tensor value) {
            return loss("loss", value, 1);
        }

        Outcome output(String name, Tensor value) {
            outputs.put(name, value);
            return this;
        }
    }

    static ModelCase of(
            String name, String dims, String source, BiFunction<Autograd, Map<String, Integer>, Outcome> reference) {
        return new ModelCase(name, dims, source, "", reference);
    }

    /** The whole source file, with the plan for these sizes. */
    String file(Map<String, Integer> sizes) {
        StringBuilder dims = new StringBuilder();
        sizes.forEach((size, value) -> dims.append(dims.isEmpty() ? "" : " ").append(size + "=" + value));
        String annotations = """
                @Plan(device = "cpu", memory = "1GiB", dims = "%s")
                @Train(%s)
                """.formatted(dims, train);
        String body = source.contains(PLAN)
                ? source.replace(PLAN, annotations)
                : source + "\n" + annotations + "interface Laptop extends Net {}\n";
        return "package net;\n\nimport dev.ashlar.dsl.*;\n\n" + body;
    }

    @Override
    public String toString() {
        return name;
    }
}

package dev.ashlar.processor.local;

import dev.ashlar.processor.ModelSpecs;
import dev.ashlar.processor.SampleModels;
import java.util.LinkedHashMap;
import java.util.Map;

/** Models of all forms by name. */
final class LocalModels {
    private LocalModels() {}

    static Map<String, ModelSpecs> all() {
        Map<String, ModelSpecs> models = new LinkedHashMap<>();
        models.put("mlp", SampleModels.mlp());
        models.put("mlp with SGD", SampleModels.mlp().optimizer("SGD"));
        models.put("mlp mixed", SampleModels.mlp().precision("BF16_MIXED").optimizer("LION"));
        models.put("mlp evaluated", SampleModels.mlp().evaluates());
        models.put("mlp half frozen", SampleModels.mlp().trainable("up.**"));
        models.put("gpt 1", SampleModels.gpt(1));
        models.put("gpt 12", SampleModels.gpt(12));
        models.put("gpt, last layers", SampleModels.gpt(4).trainable("body.2.**", "body.3.**", "norm.**"));
        models.put("gpt, first layer", SampleModels.gpt(4).trainable("body.0.**"));
        models.put("shared and tied", SampleModels.sharedAndTied());
        models.put("cnn", SampleModels.cnn());
        models.put("several losses", SampleModels.severalLosses());
        models.put("sum", SampleModels.collecting("SUM"));
        models.put("stack", SampleModels.collecting("STACK"));
        models.put("last", SampleModels.collecting("LAST"));
        models.put("flat", SampleModels.flat(300));
        models.put("nested", SampleModels.nested());
        return models;
    }
}

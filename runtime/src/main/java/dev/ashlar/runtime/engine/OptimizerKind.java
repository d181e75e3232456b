package dev.ashlar.runtime.engine;

import java.util.List;

/** The optimizers. */
public enum OptimizerKind {
    /** Stochastic gradient descent, with momentum if the settings have one. */
    SGD,
    /** AdamW (Loshchilov and Hutter, 2019). */
    ADAMW,
    /** Lion (Chen et al., 2023): the sign of an interpolated momentum. */
    LION;

    /**
     * The optimizer of these parameters, with its state allocated. The caller closes it before the engine.
     *
     * @param parameters those to be trained; the others are passed over
     */
    public Optimizer create(OptimizerSettings settings, List<Parameter> parameters, Engine engine) {
        return create(settings, parameters, engine, Long.MAX_VALUE);
    }

    /**
     * The same, where larger parameters are updated part by part.
     *
     * @param most numbers of a parameter that are updated at once, where that takes memory
     */
    public Optimizer create(OptimizerSettings settings, List<Parameter> parameters, Engine engine, long most) {
        List<Parameter> trained =
                parameters.stream().filter(Parameter::trainable).toList();
        return switch (this) {
            case SGD -> new SgdOptimizer(settings, trained, engine.context(), most);
            case ADAMW -> new AdamWOptimizer(settings, trained, engine.context(), most);
            case LION -> new LionOptimizer(settings, trained, engine.context(), most);
        };
    }
}

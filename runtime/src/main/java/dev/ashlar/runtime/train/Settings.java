package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.engine.OptimizerKind;
import dev.ashlar.runtime.engine.OptimizerSettings;

/**
 * What may change from run to run without compiling again.
 *
 * @param optimizer the optimizer's constants; the learning rate is given at every step
 * @param clipNorm the gradients' norm is cut down to this; infinity leaves it alone
 * @param debug whether every kernel's outputs are checked for NaN and infinity, which costs time
 * @param graph whether a step is recorded once and then launched as a whole, where the device can; not while clipping
 */
public record Settings(OptimizerSettings optimizer, double clipNorm, boolean debug, boolean graph) {

    /** The system property that turns debug mode on, {@code -Dashlar.debug=true}. */
    public static final String DEBUG_PROPERTY = "ashlar.debug";

    /** The system property that turns recorded steps off, {@code -Dashlar.graph=false}. */
    public static final String GRAPH_PROPERTY = "ashlar.graph";

    public Settings {
        if (!(clipNorm > 0)) {
            throw new AshlarException("the gradient norm cannot be clipped to " + clipNorm
                    + "; give a positive number, or infinity to leave it alone");
        }
    }

    /**
     * The optimizer's usual constants, no clipping, debug mode as {@link #DEBUG_PROPERTY} and recorded steps as {@link #GRAPH_PROPERTY}
     * say.
     */
    public static Settings defaults(OptimizerKind kind) {
        return new Settings(
                OptimizerSettings.defaults(kind),
                Double.POSITIVE_INFINITY,
                Boolean.getBoolean(DEBUG_PROPERTY),
                !"false".equals(System.getProperty(GRAPH_PROPERTY)));
    }

    public Settings withOptimizer(OptimizerSettings newOptimizer) {
        return new Settings(newOptimizer, clipNorm, debug, graph);
    }

    /** Cuts the gradients' norm down to {@code norm}; the plan must have {@code @Train(clipping = true)}. */
    public Settings withClipNorm(double norm) {
        return new Settings(optimizer, norm, debug, graph);
    }

    public Settings withDebug(boolean on) {
        return new Settings(optimizer, clipNorm, on, graph);
    }

    public Settings withGraph(boolean on) {
        return new Settings(optimizer, clipNorm, debug, on);
    }

    boolean clips() {
        return !Double.isInfinite(clipNorm);
    }
}

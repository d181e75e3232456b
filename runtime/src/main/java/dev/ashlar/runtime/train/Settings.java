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
 */
public record Settings(OptimizerSettings optimizer, double clipNorm, boolean debug) {

    /** The system property that turns debug mode on, {@code -Dashlar.debug=true}. */
    public static final String DEBUG_PROPERTY = "ashlar.debug";

    public Settings {
        if (!(clipNorm > 0)) {
            throw new AshlarException("the gradient norm cannot be clipped to " + clipNorm
                    + "; give a positive number, or infinity to leave it alone");
        }
    }

    /** The optimizer's usual constants, no clipping, and debug mode as {@link #DEBUG_PROPERTY} says. */
    public static Settings defaults(OptimizerKind kind) {
        return new Settings(
                OptimizerSettings.defaults(kind), Double.POSITIVE_INFINITY, Boolean.getBoolean(DEBUG_PROPERTY));
    }

    public Settings withOptimizer(OptimizerSettings newOptimizer) {
        return new Settings(newOptimizer, clipNorm, debug);
    }

    /** Cuts the gradients' norm down to {@code norm}; the plan must have {@code @Train(clipping = true)}. */
    public Settings withClipNorm(double norm) {
        return new Settings(optimizer, norm, debug);
    }

    public Settings withDebug(boolean on) {
        return new Settings(optimizer, clipNorm, on);
    }

    boolean clips() {
        return !Double.isInfinite(clipNorm);
    }
}

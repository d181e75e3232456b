package dev.ashlar.runtime.train;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.dist.PeerException;
import dev.ashlar.runtime.dist.Watch;
import dev.ashlar.runtime.engine.Ops;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether a step may be used: where it was opened, until it is closed or has failed. Others are told of a failure. */
final class StepGuard {
    private final PlanInfo plan;
    private final int rank;
    private final Ops ops;
    private final Watch watch;
    private final LongSupplier updates;
    private final Thread owner = Thread.currentThread();
    private @Nullable String failure;
    private boolean closed;

    /** @param updates how many there were, which numbers the step that failed */
    StepGuard(PlanInfo plan, int rank, Ops ops, Watch watch, LongSupplier updates) {
        this.plan = plan;
        this.rank = rank;
        this.ops = ops;
        this.watch = watch;
        this.updates = updates;
    }

    boolean closed() {
        return closed;
    }

    void close() {
        closed = true;
    }

    boolean failed() {
        return failure != null;
    }

    /** @throws AshlarException if the step is closed, has failed, or belongs to another thread */
    void requireUsable() {
        if (closed) {
            throw new AshlarException("the step of " + plan.plan() + " is closed; open another");
        }
        if (failure != null) {
            throw new AshlarException("the step of " + plan.plan() + " failed before (" + failure
                    + ") and its parameters cannot be trusted; open another and load or resume");
        }
        if (Thread.currentThread() != owner) {
            throw new AshlarException("the step of " + plan.plan() + " was opened on the thread '" + owner.getName()
                    + "' and is used on '" + Thread.currentThread().getName() + "'; use it where it was opened");
        }
    }

    /** Runs what may leave a step half done, and says in which step it failed. */
    <T> T run(Supplier<T> body) {
        ops.reset();
        try {
            return body.get();
        } catch (RuntimeException e) {
            String sentence = StepFailures.sentence(ops.explain(e), plan);
            failure = "step " + updates.getAsLong() + ": " + sentence;
            if (!(e instanceof PeerException)) {
                tellOthers(sentence);
            }
            throw new AshlarException(failure, e);
        } catch (Error e) { // out of heap, most likely: the others would wait
            failure = "step " + updates.getAsLong() + ": " + e;
            tellOthers(e.toString());
            throw e;
        }
    }

    private void tellOthers(String sentence) {
        watch.fail("rank " + rank + " failed in step " + updates.getAsLong() + ": " + sentence);
    }
}

package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.DType;
import dev.ashlar.runtime.dist.Layout;
import dev.ashlar.runtime.dist.Peers;
import dev.ashlar.runtime.dist.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What the optimizers have in common: named state, clipping, groups with and without weight decay, masters. */
abstract sealed class StatefulOptimizer implements Optimizer permits SgdOptimizer, AdamWOptimizer, LionOptimizer {
    /** As PyTorch's clip_grad_norm_: keeps the factor finite at a norm of 0. */
    static final double CLIP_EPS = 1e-6;

    final OptimizerSettings settings;
    final KernelContext context;
    private final long most;
    private final List<String> moments;
    private final @Nullable CudaUpdate kernel;
    private final @Nullable CudaGradientNorm norm;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    /** The learning rate where kernels read it from the device. */
    private @Nullable Tensor rate;

    private double filled = Double.NaN;
    private final Map<String, Parameter> parameters = new HashMap<>();

    /**
     * Has no state yet.
     *
     * @param moments the states as large as the master, by the end of their names
     * @param most numbers of a parameter that are updated at once, where that takes memory
     */
    StatefulOptimizer(
            OptimizerKind kind,
            OptimizerSettings settings,
            List<String> moments,
            List<Parameter> parameters,
            KernelContext context,
            long most) {
        this.settings = settings;
        this.context = context;
        this.most = most;
        this.moments = moments;
        CudaDevice cuda = context.cuda();
        if (cuda != null && cuda.kernels().available()) {
            kernel = new CudaUpdate(cuda.kernels(), kind, moments.size(), context.precision());
            norm = new CudaGradientNorm(context, cuda.kernels(), parameters);
        } else {
            kernel = null;
            norm = null;
        }
    }

    /** Applies gradients to the masters of parameters with one weight decay. The array is not closed. */
    abstract void apply(Share share, Tensor[] gradients, double weightDecay, double learningRate);

    /**
     * Updates whole parameters where kernels clip gradients and take them as they are, without the host; closes the gradients and publishes.
     *
     * @param clipNorm positive, perhaps infinite
     * @return false where there are no such kernels, and nothing was done
     */
    private boolean applyToAll(List<Parameter> due, double clipNorm) {
        CudaUpdate own = kernel;
        CudaGradientNorm clipping = norm;
        Tensor learningRate = rate;
        if (own == null || clipping == null || learningRate == null) {
            return false;
        }
        @Nullable Tensor factor = clipNorm == Double.POSITIVE_INFINITY ? null : clipping.factor(due, clipNorm);
        List<CudaUpdate.Part> parts = due.stream().map(this::part).toList();
        own.update(parts, learningRate, beta1(), settings.beta2(), settings.eps(), factor);
        parts.forEach(part -> part.gradient().close());
        due.stream().filter(each -> each.rounded() == null).forEach(Parameter::publish);
        return true;
    }

    private CudaUpdate.Part part(Parameter parameter) {
        return new CudaUpdate.Part(
                parameter.master(),
                Objects.requireNonNull(parameter.takeGradient()),
                moments.stream().map(suffix -> state(parameter, suffix)).toList(),
                parameter.rounded(),
                counter(parameter),
                decayOf(parameter));
    }

    /** Allocates the states of a parameter that are as large as the master. */
    final void allocateMoments(Parameter parameter) {
        moments.forEach(suffix -> put(parameter, suffix, torch.zeros_like(parameter.master())));
    }

    /** How many steps the parameter has made, where the optimizer counts. */
    @Nullable
    Tensor counter(Parameter parameter) {
        return null;
    }

    /** The share of the first moment that stays; of SGD all of it does. */
    double beta1() {
        return settings.beta1();
    }

    /** Allocates so many counters in 32-bit floats, as the fused kernels want them: together, for devices hand out no few bytes. */
    final Tensor counters(int count) {
        return context.zeros(DType.FLOAT32, count);
    }

    /** Takes one of {@link #counters} as state. */
    final void keepCounter(Parameter parameter, String suffix, Tensor counters, int index) {
        put(parameter, suffix, counters.select(0, index));
    }

    private void put(Parameter parameter, String suffix, Tensor made) {
        state.put(key(parameter, suffix), made);
        parameters.put(key(parameter, suffix), parameter);
    }

    final Tensor state(Parameter parameter, String suffix) {
        Tensor found = state.get(key(parameter, suffix));
        if (found == null) {
            throw new IllegalArgumentException("the optimizer was not made for " + parameter.name());
        }
        return found;
    }

    final Tensor[] states(Share share, String suffix) {
        return share.parameters().stream()
                .map(parameter -> share.of(state(parameter, suffix)))
                .toArray(Tensor[]::new);
    }

    static Tensor[] masters(Share share) {
        return share.parameters().stream()
                .map(parameter -> share.of(parameter.master()))
                .toArray(Tensor[]::new);
    }

    private static String key(Parameter parameter, String suffix) {
        return parameter.name() + "." + suffix;
    }

    /** The learning rate in the device's memory; null where kernels take it from the host. */
    final @Nullable Tensor deviceRate() {
        return rate;
    }

    @Override
    public boolean recordable(double clipNorm) {
        return kernel != null;
    }

    @Override
    public final void rate(double learningRate) {
        if (recordable(Double.POSITIVE_INFINITY) && !context.recording()) {
            Tensor kept = rate;
            if (kept == null) {
                kept = context.zeros(DType.FLOAT32);
                rate = kept;
            }
            if (learningRate != filled) {
                kept.fill_(context.scalar(learningRate));
                filled = learningRate;
            }
        }
    }

    @Override
    public final OptionalDouble update(List<Parameter> parameters, double learningRate, double clipNorm) {
        rate(learningRate);
        List<Parameter> due =
                parameters.stream().filter(each -> each.gradient() != null).toList();
        requirePositive(clipNorm);
        if (applyToAll(due, clipNorm)) {
            return OptionalDouble.empty();
        }
        OptionalDouble norm = clipNorm == Double.POSITIVE_INFINITY ? OptionalDouble.empty() : clip(due, clipNorm);
        if (most < Long.MAX_VALUE) {
            due.forEach(each -> updateInParts(each, learningRate));
        } else if (context.precision() == Precision.BF16_MIXED) {
            // One at a time: the gradient's copy in 32-bit floats is then no larger than the largest parameter.
            due.forEach(each -> updateGroup(List.of(each), decayOf(each), learningRate));
        } else {
            updateGroup(due.stream().filter(Parameter::decay).toList(), settings.weightDecay(), learningRate);
            updateGroup(due.stream().filter(each -> !each.decay()).toList(), 0, learningRate);
        }
        return norm;
    }

    private double decayOf(Parameter parameter) {
        return parameter.decay() ? settings.weightDecay() : 0;
    }

    private void updateGroup(List<Parameter> group, double weightDecay, double learningRate) {
        if (group.isEmpty()) {
            return;
        }
        Tensor[] gradients = new Tensor[group.size()];
        for (int i = 0; i < gradients.length; i++) {
            Tensor gradient = Objects.requireNonNull(group.get(i).takeGradient());
            gradients[i] = Tensors.converted(gradient, context.precision().master());
        }
        apply(Share.whole(group), gradients, weightDecay, learningRate);
        Tensors.close(gradients);
        group.forEach(Parameter::publish);
    }

    /** What an update takes beside the gradients is then no more than for so many numbers, however the parameters lie. */
    private void updateInParts(Parameter parameter, double learningRate) {
        try (Tensor gradient = Objects.requireNonNull(parameter.takeGradient())) {
            long size = gradient.numel();
            for (long from = 0; from < size; from += most) {
                try (Share share = Share.part(parameter, from, Math.min(most, size - from));
                        Tensor part = Tensors.as(
                                share.of(gradient), context.precision().master())) {
                    apply(share, new Tensor[] {part}, decayOf(parameter), learningRate);
                }
            }
        }
        parameter.publish();
    }

    private static void requirePositive(double clipNorm) {
        if (!(clipNorm > 0)) {
            throw new AshlarException(
                    "A clip norm of " + clipNorm + " is not positive; use infinity to switch clipping off.");
        }
    }

    private OptionalDouble clip(List<Parameter> parameters, double clipNorm) {
        double norm = Math.sqrt(squares(parameters));
        // A norm that is NaN passes: the loss check says so more clearly than a model of NaNs.
        if (norm > clipNorm) {
            double factor = clipNorm / (norm + CLIP_EPS);
            for (Parameter parameter : parameters) {
                Objects.requireNonNull(parameter.gradient()).mul_(context.scalar(factor));
            }
        }
        return OptionalDouble.of(norm);
    }

    /** The sum over all elements: parts of one tensor are added up over the ranks that share it, replicas count once. */
    private double squares(List<Parameter> parameters) {
        Map<Layout, Double> byLayout = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            double norm = norm(Objects.requireNonNull(parameter.gradient()));
            byLayout.merge(parameter.updatedLayout(), norm * norm, Double::sum);
        }
        double squares = 0;
        for (Map.Entry<Layout, Double> entry : byLayout.entrySet()) {
            squares += added(entry.getValue(), context.mesh().peers(entry.getKey()));
        }
        return squares;
    }

    private double added(double squares, Peers peers) {
        if (peers.isEmpty()) {
            return squares;
        }
        try (Tensor sum = context.zeros(DType.FLOAT64);
                Scalar own = new Scalar(squares)) {
            sum.fill_(own);
            peers.reduce("clipping", sum, Reduction.SUM);
            context.settle();
            return sum.item_double();
        }
    }

    private double norm(Tensor gradient) {
        try (Tensor flat = gradient.view(-1);
                Tensor norm =
                        torch.linalg_vector_norm(flat, context.scalar(2), new long[] {0}, false, context.floatType())) {
            context.settle();
            return norm.item_double();
        }
    }

    @Override
    public final Map<String, Tensor> state() {
        return Collections.unmodifiableMap(state);
    }

    @Override
    public final Parameter parameter(String name) {
        Parameter found = parameters.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the optimizer has no state " + name);
        }
        return found;
    }

    @Override
    public final void load(Map<String, Tensor> saved) {
        List<String> problems = new ArrayList<>();
        state.forEach((name, own) -> {
            Tensor other = saved.get(name);
            if (other == null) {
                problems.add("'" + name + "' is missing");
            } else if (!Arrays.equals(Tensors.shape(own), Tensors.shape(other))) {
                problems.add("'" + name + "' has shape " + Arrays.toString(Tensors.shape(other)) + " instead of "
                        + Arrays.toString(Tensors.shape(own)));
            }
        });
        saved.keySet().stream()
                .filter(name -> !state.containsKey(name))
                .forEach(name -> problems.add("'" + name + "' is of no use"));
        if (!problems.isEmpty()) {
            throw new AshlarException("The optimizer state does not fit this model: " + problems.get(0)
                    + (problems.size() == 1 ? "" : " and " + (problems.size() - 1) + " more")
                    + "; use a checkpoint of the same model and optimizer.");
        }
        state.forEach((name, own) -> own.copy_(saved.get(name)));
    }

    @Override
    public final long bytes() {
        return state.values().stream().mapToLong(Tensor::nbytes).sum();
    }

    @Override
    public final void close() {
        if (norm != null) {
            norm.close();
        }
        state.values().forEach(Tensor::close);
        state.clear();
        Tensors.close(rate);
        rate = null;
    }
}

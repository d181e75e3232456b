package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import dev.ashlar.runtime.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Several functions of single elements: one kernel of our own where the device has such, else libtorch's one after the other. */
final class FusedPointwiseKernels {
    private final PointwiseKernels pointwise;
    private final DropoutKernels dropout;
    private final @Nullable CudaPointwise cuda;
    private final Map<String, PointwiseProgram> programs = new HashMap<>();

    /** @param sums of columns on CUDA, of which kernels may leave parts; null elsewhere */
    FusedPointwiseKernels(
            KernelContext context, PointwiseKernels pointwise, DropoutKernels dropout, @Nullable CudaColumnSums sums) {
        this.pointwise = pointwise;
        this.dropout = dropout;
        CudaDevice device = context.cuda();
        this.cuda = device == null || sums == null ? null : new CudaPointwise(context, device, sums);
    }

    /**
     * What a program makes.
     *
     * @param mask of elements that fall; null where none do
     * @param tensors of one shape
     */
    Tensor[] run(String text, @Nullable Mask mask, Tensor[] tensors) {
        PointwiseProgram program = programs.computeIfAbsent(text, PointwiseProgram::parse);
        if (program.drops() != (mask != null)) {
            throw new AshlarException("The kernel \"" + text + "\" is called " + (mask == null ? "without" : "with")
                    + " a mask; compile the plan with the processor of this runtime's version.");
        }
        requireOneShape(text, tensors);
        return cuda != null && cuda.takes(tensors, mask)
                ? cuda.run(program, mask, tensors)
                : new Evaluation(mask, tensors).run(program);
    }

    /** A kernel would read past the end of the smaller. */
    private static void requireOneShape(String text, Tensor[] tensors) {
        long[] shape = Tensors.shape(tensors[0]);
        for (Tensor tensor : tensors) {
            if (!Arrays.equals(Tensors.shape(tensor), shape)) {
                throw new AshlarException(
                        "The tensors of the kernel \"" + text + "\" have several shapes; they must have one.");
            }
        }
    }

    /** A program run by libtorch. */
    private final class Evaluation {
        private final @Nullable Mask mask;
        private final Map<String, Tensor> variables = new HashMap<>();

        Evaluation(@Nullable Mask mask, Tensor[] tensors) {
            this.mask = mask;
            for (int i = 0; i < tensors.length; i++) {
                variables.put("x" + i, tensors[i]);
            }
        }

        Tensor[] run(PointwiseProgram program) {
            List<Tensor> results = new ArrayList<>();
            List<Tensor> between = new ArrayList<>();
            for (PointwiseProgram.Line line : program.lines()) {
                Tensor value = value(line.value());
                boolean result = line.variable().startsWith("y");
                Tensor owned = line.value() instanceof PointwiseProgram.Variable ? Tensors.share(value) : value;
                (result ? results : between).add(owned);
                variables.put(line.variable(), owned);
            }
            between.forEach(Tensor::close);
            return results.toArray(Tensor[]::new);
        }

        /** Owned if it is a call's, else borrowed. */
        private Tensor value(PointwiseProgram.Expression expression) {
            if (expression instanceof PointwiseProgram.Variable variable) {
                Tensor known = variables.get(variable.name());
                if (known == null) {
                    throw new AshlarException(
                            "A kernel reads " + variable.name()
                                    + ", which it is not given; compile the plan with the processor of this runtime's version.");
                }
                return known;
            }
            PointwiseProgram.Call call = (PointwiseProgram.Call) expression;
            List<Tensor> arguments = new ArrayList<>();
            double constant = 0;
            for (PointwiseProgram.Expression argument : call.arguments()) {
                if (argument instanceof PointwiseProgram.Constant number) {
                    constant = number.value();
                } else {
                    arguments.add(value(argument));
                }
            }
            Tensor made = apply(call.function(), arguments, constant);
            for (int i = 0; i < arguments.size(); i++) {
                if (call.arguments().get(i) instanceof PointwiseProgram.Call) {
                    arguments.get(i).close();
                }
            }
            return made;
        }

        private Tensor apply(String function, List<Tensor> x, double constant) {
            Tensor a = x.get(0);
            return switch (function) {
                case "add" -> a.add(x.get(1));
                case "multiply" -> a.mul(x.get(1));
                case "scale" -> pointwise.scale(a, constant);
                case "dropout" -> Objects.requireNonNull(mask).drop(dropout, a, constant);
                case "gelu" -> pointwise.gelu(a, false);
                case "geluTanh" -> pointwise.gelu(a, true);
                case "relu" -> torch.relu(a);
                case "silu" -> torch.silu(a);
                case "tanh" -> torch.tanh(a);
                case "sigmoid" -> torch.sigmoid(a);
                case "geluGradient" -> pointwise.geluBackward(a, x.get(1), false);
                case "geluTanhGradient" -> pointwise.geluBackward(a, x.get(1), true);
                case "reluGradient" -> pointwise.reluBackward(a, x.get(1));
                case "siluGradient" -> torch.silu_backward(a, x.get(1));
                case "tanhGradient" -> torch.tanh_backward(a, x.get(1));
                case "sigmoidGradient" -> torch.sigmoid_backward(a, x.get(1));
                default ->
                    throw new AshlarException("There is no function " + function
                            + " of single elements; compile the plan with the processor of this runtime's version.");
            };
        }
    }

    /**
     * Which elements fall.
     *
     * @param offset row-major index, in the whole tensor, of the first element
     * @param whole shape of the whole tensor
     */
    record Mask(Seed seed, long step, long key, long offset, long[] whole) {
        Tensor drop(DropoutKernels dropout, Tensor x, double p) {
            return dropout.dropout(x, p, seed, step, key, offset, whole);
        }

        /** What indices are hashed by. */
        long hashKey() {
            return DropoutKernels.hashKey(seed, step, key);
        }
    }
}

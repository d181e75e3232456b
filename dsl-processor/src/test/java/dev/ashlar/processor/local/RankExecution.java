package dev.ashlar.processor.local;

import dev.ashlar.processor.device.Mesh;
import dev.ashlar.processor.graph.ScopeParameter;
import dev.ashlar.processor.graph.Step;
import dev.ashlar.processor.graph.Trainable;
import dev.ashlar.processor.graph.Transfer;
import dev.ashlar.processor.graph.UseNode;
import dev.ashlar.processor.graph.Value;
import dev.ashlar.processor.graph.Variant;
import dev.ashlar.processor.op.Argument;
import dev.ashlar.processor.op.LiveKernels;
import dev.ashlar.processor.program.ProgramBuilder;
import dev.ashlar.processor.shard.Grid;
import dev.ashlar.processor.shard.GridTensors;
import dev.ashlar.processor.shard.Move;
import dev.ashlar.processor.shard.SimulatedMesh;
import dev.ashlar.runtime.engine.Engine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Runs a variant on all ranks of a simulated mesh at once, step by step; blocks with outputs that are collected are not known. */
final class RankExecution {
    private final Engine engine;
    private final LiveKernels kernels;
    private final SimulatedMesh ranks;
    private final Map<String, List<Tensor>> parameters;
    private final Map<String, List<Tensor>> gradients = new HashMap<>();
    private final Deque<Running> running = new ArrayDeque<>();

    private record Running(String at, Runnable end) {}

    /** One repetition of a scope. */
    private static final class Frame {
        private final String owner;
        private final Map<Value, List<Tensor>> values = new HashMap<>();
        private final Map<UseNode, List<Frame>> blocks = new HashMap<>();

        Frame(String owner) {
            this.owner = owner;
        }

        /** Forward leaves what backward reads of it, no more. */
        void keep(Variant variant) {
            values.keySet().retainAll(ProgramBuilder.saved(variant));
        }

        List<Tensor> get(Value value) {
            List<Tensor> tensors = values.get(value);
            if (tensors == null) {
                throw new AssertionError(value + " is read before it is made");
            }
            return tensors;
        }
    }

    /** @param parameters by full name what every rank has of them */
    RankExecution(Mesh mesh, Engine engine, Map<String, List<Tensor>> parameters) {
        this.engine = engine;
        this.parameters = parameters;
        kernels = new LiveKernels(engine);
        ranks = new SimulatedMesh(mesh);
    }

    /** What every rank has of the gradients, by full name of the parameter. */
    Map<String, List<Tensor>> gradients() {
        return gradients;
    }

    /** Forward and backward of a model; gives every rank's losses. */
    List<List<Tensor>> train(Variant variant, List<List<Tensor>> inputs) {
        Frame frame = new Frame("");
        List<List<Tensor>> losses = new ArrayList<>();
        forward(variant, frame, inputs);
        variant.losses().forEach(l -> losses.add(frame.get(l)));
        frame.keep(variant);
        variant.backward().forEach(s -> execute(s, frame));
        return losses;
    }

    private void forward(Variant variant, Frame frame, List<List<Tensor>> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            frame.values.put(variant.inputs().get(i), inputs.get(i));
        }
        variant.forward().forEach(s -> execute(s, frame));
    }

    private void execute(Step step, Frame frame) {
        if (step instanceof Step.Kernel kernel) {
            call(kernel, frame);
        } else if (step instanceof Step.Collective collective) {
            List<Tensor> source = collective.source() instanceof Value value
                    ? frame.get(value)
                    : parameters.get(frame.owner + ((ScopeParameter) collective.source()).name());
            ScalarType type = source.get(0).scalar_type().intern();
            List<Grid> moved = ranks.execute(
                    (Move) collective.transfer(),
                    source.stream().map(GridTensors::grid).toList());
            frame.values.put(
                    collective.result(),
                    moved.stream().map(g -> GridTensors.tensor(g, type)).toList());
        } else if (step instanceof Step.Sum sum) {
            frame.values.put(sum.result(), add(frame.get(sum.left()), frame.get(sum.right())));
        } else if (step instanceof Step.Seed seed) {
            List<Tensor> made = new ArrayList<>();
            for (int rank = 0; rank < ranks.ranks(); rank++) {
                made.add(engine.ops().scalar(seed.loss().weight()));
            }
            frame.values.put(seed.gradient(), made);
        } else if (step instanceof Step.ParameterGradient gradient) {
            gradients.merge(
                    frame.owner + gradient.parameter().name(), frame.get(gradient.gradient()), RankExecution::add);
        } else if (step instanceof Step.Bucket bucket) {
            frame.values.put(bucket.result(), empty(bucket.result()));
        } else if (step instanceof Step.Fill fill) {
            fill(frame.get(fill.bucket()), fill.offset(), frame.get(fill.gradient()));
        } else if (step instanceof Step.Start start) {
            List<Tensor> source = frame.get(start.source());
            frame.values.remove(start.source());
            running.addLast(new Running(start.at(), () -> reduce(start, source, frame.owner)));
        } else if (step instanceof Step.Await await) {
            while (running.size() > await.running()) {
                running.removeFirst().end().run();
            }
        } else if (step instanceof Step.Finish finish) {
            Running finished = running.stream()
                    .filter(r -> r.at().equals(finish.at()))
                    .findFirst()
                    .orElseThrow();
            running.remove(finished);
            finished.end().run();
        } else if (step instanceof Step.BlockForward block) {
            forward(block, frame);
        } else if (step instanceof Step.BlockBackward block) {
            backward(block, frame);
        }
    }

    private List<Tensor> empty(Value bucket) {
        List<Tensor> made = new ArrayList<>();
        for (int rank = 0; rank < ranks.ranks(); rank++) {
            made.add(torch.full(new long[] {bucket.type().elements()}, new Scalar(Double.NaN)));
        }
        return made;
    }

    private static void fill(List<Tensor> bucket, long offset, List<Tensor> gradients) {
        for (int rank = 0; rank < bucket.size(); rank++) {
            Tensor gradient = gradients.get(rank);
            bucket.get(rank).narrow(0, offset, gradient.numel()).copy_(gradient.reshape(-1));
        }
    }

    private void reduce(Step.Start start, List<Tensor> source, String owner) {
        List<Tensor> reduced = source;
        for (Transfer transfer : start.transfers()) {
            ScalarType type = reduced.get(0).scalar_type().intern();
            List<Grid> moved = ranks.execute(
                    (Move) transfer, reduced.stream().map(GridTensors::grid).toList());
            reduced = moved.stream().map(g -> GridTensors.tensor(g, type)).toList();
        }
        long offset = 0;
        for (ScopeParameter parameter : start.parameters()) {
            long from = offset;
            long elements = parameter.updated().elements();
            long[] shape = parameter.updated().sizes().stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            List<Tensor> own = reduced.stream()
                    .map(t -> t.reshape(-1).narrow(0, from, elements).reshape(shape))
                    .toList();
            gradients.merge(owner + parameter.name(), own, RankExecution::add);
            offset += elements;
        }
    }

    private static List<Tensor> add(List<Tensor> left, List<Tensor> right) {
        List<Tensor> sums = new ArrayList<>();
        for (int rank = 0; rank < left.size(); rank++) {
            sums.add(left.get(rank).add(right.get(rank)));
        }
        return sums;
    }

    private void call(Step.Kernel kernel, Frame frame) {
        List<List<Tensor>> made = new ArrayList<>();
        kernel.results().forEach(r -> made.add(new ArrayList<>()));
        for (int rank = 0; rank < ranks.ranks(); rank++) {
            List<Object> values = new ArrayList<>();
            for (Argument argument : kernel.arguments()) {
                values.add(value(argument, frame, rank));
            }
            Tensor[] results = kernels.call(kernel.kernel(), values.toArray());
            for (int i = 0; i < results.length; i++) {
                made.get(i).add(results[i]);
            }
        }
        for (int i = 0; i < made.size(); i++) {
            List<Tensor> result = made.get(i);
            kernel.results().get(i).ifPresent(v -> frame.values.put(v, result));
        }
    }

    private Object value(Argument argument, Frame frame, int rank) {
        if (argument instanceof Value value) {
            return frame.get(value).get(rank);
        } else if (argument instanceof ScopeParameter parameter) {
            return parameters.get(frame.owner + parameter.name()).get(rank);
        } else if (argument instanceof Step.Offset offset) {
            return offset(offset, rank);
        } else if (argument instanceof Step.First first) {
            return first.meshAxes().stream().allMatch(axis -> ranks.coordinates(rank)[axis] == 0);
        }
        Object value = ((Argument.Literal) argument).value();
        return value instanceof List<?> list
                ? list.stream().mapToLong(n -> (Long) n).toArray()
                : value;
    }

    private long offset(Step.Offset offset, int rank) {
        long sum = 0;
        for (int axis = 0; axis < offset.strides().size(); axis++) {
            sum += ranks.coordinates(rank)[axis] * offset.strides().get(axis);
        }
        return sum;
    }

    private void forward(Step.BlockForward block, Frame frame) {
        UseNode use = block.node();
        List<List<Tensor>> current =
                new ArrayList<>(block.inputs().stream().map(frame::get).toList());
        List<Frame> frames = new ArrayList<>();
        List<List<Tensor>> outputs = List.of();
        for (Step.Run run : block.runs()) {
            for (long i = run.from(); i < run.to(); i++) {
                Frame inner = new Frame(frame.owner + Trainable.instance(use, i));
                frames.add(inner);
                forward(run.variant(), inner, current);
                outputs = run.variant().outputs().stream().map(inner::get).toList();
                inner.keep(run.variant());
                for (int k = 0; k < outputs.size(); k++) {
                    OptionalInt feeds = use.feeds().get(k);
                    if (feeds.isPresent()) {
                        current.set(feeds.getAsInt(), outputs.get(k));
                    }
                }
            }
        }
        frame.blocks.put(use, frames);
        for (int k = 0; k < outputs.size(); k++) {
            frame.values.put(block.outputs().get(k), outputs.get(k));
        }
    }

    private void backward(Step.BlockBackward block, Frame frame) {
        UseNode use = block.node();
        List<Optional<List<Tensor>>> incoming = new ArrayList<>();
        block.outputGradients().forEach(v -> incoming.add(v.map(frame::get)));
        List<Optional<List<Tensor>>> made = new ArrayList<>();
        for (int r = block.runs().size() - 1; r >= 0; r--) {
            Step.Run run = block.runs().get(r);
            for (long i = run.to() - 1; i >= run.from(); i--) {
                Frame inner = frame.blocks.get(use).get((int) i);
                for (int k = 0; k < incoming.size(); k++) {
                    Optional<List<Tensor>> gradient = incoming.get(k);
                    run.variant().outputGradients().get(k).ifPresent(v -> inner.values.put(v, gradient.orElseThrow()));
                }
                run.variant().backward().forEach(s -> execute(s, inner));
                made.clear();
                run.variant().inputGradients().forEach(v -> made.add(v.map(inner::get)));
                for (int k = 0; k < incoming.size(); k++) {
                    OptionalInt feeds = use.feeds().get(k);
                    if (feeds.isPresent()) {
                        incoming.set(k, made.get(feeds.getAsInt()));
                    }
                }
            }
        }
        for (int j = 0; j < made.size(); j++) {
            Optional<List<Tensor>> gradient = made.get(j);
            block.inputGradients().get(j).ifPresent(v -> frame.values.put(v, gradient.orElseThrow()));
        }
    }
}

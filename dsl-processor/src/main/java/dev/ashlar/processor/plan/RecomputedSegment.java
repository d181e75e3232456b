package dev.ashlar.processor.plan;

import dev.ashlar.processor.program.SavedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Repetitions of a block, one after the other, that compute the same tensors again.
 *
 * @param name {@code "body[0..5]"}, {@code "body[3]"}; empty for the model's own operators
 * @param tensors their names within it, in order of their making
 * @param bytes of all of them
 * @param seconds to make them again
 */
public record RecomputedSegment(String name, List<String> tensors, long bytes, double seconds) {
    /** Copies its list. */
    public RecomputedSegment {
        tensors = List.copyOf(tensors);
    }

    /** What a plan computes again, in order of forward. */
    public static List<RecomputedSegment> of(List<OperatorPlan> operators) {
        Map<String, List<OperatorPlan>> byBlock = new LinkedHashMap<>();
        operators.stream()
                .filter(o -> !o.recomputed().isEmpty() || o.cost().recompute().seconds() > 0)
                .forEach(o -> byBlock.computeIfAbsent(block(o.cost().name()), b -> new ArrayList<>())
                        .add(o));
        List<Part> parts = new ArrayList<>();
        byBlock.forEach((block, own) -> {
            Part part = Part.of(block, own);
            Part last = parts.isEmpty() ? part : parts.get(parts.size() - 1);
            if (last != part && last.isFollowedBy(part)) {
                parts.set(parts.size() - 1, last.with(part));
            } else {
                parts.add(part);
            }
        });
        return parts.stream().map(Part::segment).toList();
    }

    /** {@code "body[3]"} of {@code "body[3].attn.q"}. */
    private static String block(String operator) {
        int end = operator.indexOf("].");
        return end < 0 || operator.indexOf('.') < end ? "" : operator.substring(0, end + 1);
    }

    private record Part(String use, long from, long to, List<String> tensors, long bytes, double seconds) {
        static Part of(String block, List<OperatorPlan> operators) {
            List<String> tensors = new ArrayList<>();
            long bytes = 0;
            for (OperatorPlan operator : operators) {
                int path = operator.cost().name().lastIndexOf(']') + 2;
                String prefix =
                        path > block.length() + 2 ? operator.cost().name().substring(block.length() + 1, path) : "";
                for (SavedTensor tensor : operator.recomputed()) {
                    tensors.add(prefix + tensor.name());
                    bytes += tensor.bytes();
                }
            }
            double seconds = operators.stream()
                    .mapToDouble(o -> o.cost().recompute().seconds())
                    .sum();
            if (block.isEmpty()) {
                return new Part("", 0, 0, tensors, bytes, seconds);
            }
            int bracket = block.indexOf('[');
            long index = Long.parseLong(block.substring(bracket + 1, block.length() - 1));
            return new Part(block.substring(0, bracket), index, index, tensors, bytes, seconds);
        }

        boolean isFollowedBy(Part next) {
            return !use.isEmpty() && use.equals(next.use) && next.from == to + 1 && tensors.equals(next.tensors);
        }

        Part with(Part next) {
            return new Part(use, from, next.to, tensors, bytes + next.bytes, seconds + next.seconds);
        }

        RecomputedSegment segment() {
            String name = use.isEmpty() ? "" : use + "[" + from + (to > from ? ".." + to : "") + "]";
            return new RecomputedSegment(name, tensors, bytes, seconds);
        }
    }
}

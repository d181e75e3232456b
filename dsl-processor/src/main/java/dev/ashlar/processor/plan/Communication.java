package dev.ashlar.processor.plan;

import java.util.Locale;

/**
 * One collective or copy between devices.
 *
 * @param name what it is for: {@code "body[0].ln1 -> up"}, {@code "body[0].up.weight"}, {@code "loss"}
 * @param phase when
 * @param purpose what kind of tensor it brings where
 * @param kind {@code "all_reduce"}, {@code "all_gather"}, {@code "reduce_scatter"}, {@code "all_to_all"}; {@code "slice"} and {@code
 *     "zero_fill"} send nothing
 * @param meshAxis along which
 * @param from layout before
 * @param to layout after
 * @param tensorBytes of the gathered or unreduced tensor on one device
 * @param wireBytes what one device sends
 * @param seconds estimated time
 * @param overlapped whether compute goes on beside it
 * @param times how often a step runs it: once for every micro-batch, or for the update
 */
public record Communication(
        String name,
        Phase phase,
        Purpose purpose,
        String kind,
        int meshAxis,
        String from,
        String to,
        long tensorBytes,
        long wireBytes,
        double seconds,
        boolean overlapped,
        int times) {
    /** When something is sent. */
    public enum Phase {
        FORWARD,
        BACKWARD,
        /** After the optimizer's update. */
        UPDATE;

        /** In words. */
        public String words() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is brought where. */
    public enum Purpose {
        /** A tensor of forward to those that read it. */
        ACTIVATION("activation"),
        /** The gradient of a tensor to what made it. */
        ACTIVATION_GRADIENT("activation gradient"),
        /** The gradient of a parameter to where the parameter lies. */
        PARAMETER_GRADIENT("parameter gradient"),
        /** A parameter from where it is stored to where it is used or wanted. */
        PARAMETER("parameter"),
        /** A reduction within an operator's kernel. */
        INSIDE("inside the operator");

        private final String words;

        Purpose(String words) {
            this.words = words;
        }

        /** In words. */
        public String words() {
            return words;
        }
    }

    /** Whether all devices along a mesh axis send each other something. */
    boolean isExchange(int axis) {
        return axis == meshAxis && kind.equals("all_to_all");
    }

    /** Seconds that it takes in a step. */
    public double stepSeconds() {
        return times * seconds;
    }

    /** Bytes that one device sends for it in a step. */
    public long stepBytes() {
        return times * wireBytes;
    }

    /** The tensor's own name: {@code "body[0].ln1"}. */
    public String tensor() {
        int arrow = name.indexOf(" -> ");
        return arrow < 0 ? name : name.substring(0, arrow);
    }

    /** The same with another name. */
    Communication named(String other) {
        return new Communication(
                other, phase, purpose, kind, meshAxis, from, to, tensorBytes, wireBytes, seconds, overlapped, times);
    }
}

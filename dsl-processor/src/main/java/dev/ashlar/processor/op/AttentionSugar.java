package dev.ashlar.processor.op;

import dev.ashlar.processor.diagnostic.Code;
import java.util.List;
import java.util.Map;

/**
 * Multi-head attention: linears {@code q}, {@code k}, {@code v}, their heads brought forward, rotated if asked, dot-product attention,
 * heads merged, linear {@code out}. Keys and values come from {@code memory} if there is one.
 */
final class AttentionSugar implements Sugar {
    @Override
    public List<Port> ports() {
        return List.of(Port.required("x"), Port.optional("memory"));
    }

    @Override
    public void expand(Expansion e) {
        Attributes attributes = e.attributes();
        Handle x = e.port("x").orElseThrow();
        Handle memory = e.port("memory").orElse(x);
        Heads heads = heads(attributes, x, memory);
        Handle q = heads(e, "q", x, heads.queries(), heads.width());
        Handle k = heads(e, "k", memory, heads.keys(), heads.width());
        Handle v = linear(e, "v", memory, heads.keys() * heads.width());
        v = split(e, "v", v, heads.keys());
        Map<String, Object> elements = Map.of("causal", attributes.flag("causal"));
        Handle attended = e.operator("heads", "DotProductAttention", elements, q, k, v);
        Handle merged = e.operator("merged", "Rearrange", Map.of("value", "b h s e -> b s (h e)"), attended);
        e.output(linear(e, "out", merged, x.type().size(-1)));
    }

    /** Numbers of heads, and the width of one. */
    private record Heads(long queries, long keys, long width) {}

    private static Heads heads(Attributes attributes, Handle x, Handle memory) {
        Dim queries = attributes.size("heads");
        requireSequence(attributes, "x", x);
        requireSequence(attributes, "memory", memory);
        Dim d = x.type().dims().get(2);
        if (d.size() % queries.size() != 0) {
            throw Checks.bad(
                    attributes,
                    "heads",
                    "x " + x.type() + " cannot be split into heads: " + d + " is not divisible by " + queries
                            + "; choose a divisor of " + d.size());
        }
        Dim keys = attributes.given("kvHeads") ? attributes.size("kvHeads") : queries;
        if (queries.size() % keys.size() != 0) {
            throw Checks.bad(
                    attributes,
                    "kvHeads",
                    queries + " query heads cannot share " + keys + " key and value heads evenly; choose a divisor of "
                            + queries.size());
        }
        long width = d.size() / queries.size();
        if (attributes.flag("rope") && width % 2 != 0) {
            throw Checks.bad(
                    attributes,
                    "heads",
                    "heads of width " + d + "/" + queries.size() + "=" + width
                            + " cannot be rotated, which needs an even width; choose another number of heads");
        }
        return new Heads(queries.size(), keys.size(), width);
    }

    private static void requireSequence(Attributes attributes, String port, Handle tensor) {
        if (tensor.type().rank() != 3) {
            throw attributes.error(
                    "",
                    Code.SHAPE_MISMATCH,
                    port + " " + tensor.type() + " must have the three dimensions [batch, seq, d]; rearrange it first");
        }
    }

    private static Handle heads(Expansion e, String name, Handle x, long heads, long width) {
        Handle split = split(e, name, linear(e, name, x, heads * width), heads);
        Map<String, Object> theta = Map.of("theta", e.attributes().real("ropeTheta"));
        return e.attributes().flag("rope") ? e.operator(name + "Rotated", "Rope", theta, split) : split;
    }

    private static Handle split(Expansion e, String name, Handle projected, long heads) {
        Map<String, Object> elements = Map.of("value", "b s (h e) -> b h s e", "sizes", "h=" + heads);
        return e.operator(name + "Heads", "Rearrange", elements, projected);
    }

    private static Handle linear(Expansion e, String name, Handle x, long out) {
        Map<String, Object> elements =
                Map.of("out", Long.toString(out), "bias", e.attributes().flag("bias"));
        return e.operator(name, "Linear", elements, x);
    }
}

package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.lang.model.element.TypeElement;
import org.jspecify.annotations.Nullable;

/** Reads the blocks that an interface uses, directly or not, and refuses circles among them. */
final class BlockReader {
    private final Context context;
    private final InterfaceReader interfaces;
    private final SortedMap<String, InterfaceSpec> blocks = new TreeMap<>();
    private final Set<String> unsound = new HashSet<>();
    private final List<String> path = new ArrayList<>();
    private boolean sound = true;

    BlockReader(Context context) {
        this.context = context;
        this.interfaces = new InterfaceReader(context);
    }

    /** All blocks by qualified name; empty if anything in them is wrong, which is reported. */
    Optional<Map<String, InterfaceSpec>> read(InterfaceSpec root) {
        path.add(root.qualifiedName());
        follow(root);
        path.remove(path.size() - 1);
        return sound ? Optional.of(Collections.unmodifiableSortedMap(blocks)) : Optional.empty();
    }

    private void follow(InterfaceSpec from) {
        for (MethodSpec method : from.methods()) {
            if (method.operator().name().equals("Use")) {
                use(method, method.operator().value("value"));
            }
        }
    }

    private void use(MethodSpec method, ValueSpec used) {
        String name = used.text();
        if (path.contains(name)) {
            recursion(method, used, name);
            return;
        }
        if (blocks.containsKey(name) || unsound.contains(name)) {
            return;
        }
        TypeElement type = context.elements().getTypeElement(name);
        if (type == null || !Context.has(type, "Block")) {
            notABlock(used, name, type);
            return;
        }
        Optional<InterfaceSpec> block = interfaces.read(type, (ElementSource) used.source());
        if (block.isEmpty()) {
            sound = false;
            unsound.add(name);
            return;
        }
        blocks.put(name, block.get());
        path.add(name);
        follow(block.get());
        path.remove(path.size() - 1);
    }

    private void notABlock(ValueSpec used, String name, @Nullable TypeElement type) {
        sound = false;
        String next = type != null && Context.has(type, "Model")
                ? "It is a model, which is trained as a whole: move what is to be used into a @Block."
                : "Annotate it with @Block, or name another interface.";
        context.diagnostics()
                .error(
                        Code.NOT_A_BLOCK,
                        used.source(),
                        "@Use names '%s', which is not a block. %s".formatted(name, next));
    }

    private void recursion(MethodSpec method, ValueSpec used, String name) {
        sound = false;
        List<String> circle = path.subList(path.indexOf(name), path.size());
        // Every member of a circle finds it; the first in the alphabet tells it.
        if (!circle.stream().sorted().findFirst().orElseThrow().equals(name)) {
            return;
        }
        List<String> names =
                new ArrayList<>(circle.stream().map(BlockReader::simple).toList());
        names.add(simple(name));
        context.diagnostics()
                .error(
                        Code.RECURSIVE_BLOCK,
                        used.source(),
                        "Block '%s' uses itself (%s), so the network would never end. Use another block in '%s', or @Repeat for several in a row."
                                .formatted(
                                        simple(name),
                                        String.join(" uses ", names),
                                        method.source().where()));
    }

    private static String simple(String qualified) {
        return qualified.substring(qualified.lastIndexOf('.') + 1);
    }
}

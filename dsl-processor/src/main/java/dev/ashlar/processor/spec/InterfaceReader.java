package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;

/** Reads a model or block with all it inherits. */
final class InterfaceReader {
    private final Context context;
    private final ParameterNames names;
    private final MethodReader methods;
    private final AnnotationReader annotations;

    InterfaceReader(Context context) {
        this.context = context;
        this.names = new ParameterNames(context);
        this.methods = new MethodReader(context);
        this.annotations = new AnnotationReader(context);
    }

    /** A method where it is declared. */
    private record Declared(ExecutableElement method, TypeElement owner, List<String> parameters) {}

    /**
     * The interface; empty if anything in it is wrong, which is reported.
     *
     * @param leading the place in source that leads to the interface
     */
    Optional<InterfaceSpec> read(TypeElement type, ElementSource leading) {
        ElementSource place = context.place(type, leading);
        try {
            Hierarchy hierarchy = Hierarchy.of(type, place);
            if (!new TypeRules(context).check(hierarchy, place)) {
                return Optional.empty();
            }
            boolean sound = true;
            Map<String, Declared> declared = new LinkedHashMap<>();
            for (TypeElement owner : hierarchy.types()) {
                sound &= addOwn(owner, type, place, declared);
            }
            boolean block = Context.has(type, "Block");
            List<MethodSpec> read = new ArrayList<>();
            for (Declared d : declared.values()) {
                ElementSource at = context.place(d.method(), place);
                Optional<MethodSpec> method = methods.read(d.method(), d.parameters(), at, block);
                method.ifPresent(read::add);
                sound &= method.isPresent();
            }
            Optional<List<ValueSpec>> dims = dims(hierarchy, place);
            return sound && dims.isPresent() ? Optional.of(spec(type, dims.get(), read, place)) : Optional.empty();
        } catch (ModelException stopped) {
            context.diagnostics().error(stopped);
            return Optional.empty();
        }
    }

    private InterfaceSpec spec(TypeElement type, List<ValueSpec> dims, List<MethodSpec> read, ElementSource place) {
        return new InterfaceSpec(
                context.elements().getPackageOf(type).getQualifiedName().toString(),
                CompanionRecord.flatName(type),
                type.getQualifiedName().toString(),
                dims,
                List.copyOf(read),
                place);
    }

    /** Adds what an interface declares itself. A name overrides what its owner inherits: a name is a tensor, however many inputs it has. */
    private boolean addOwn(TypeElement owner, TypeElement type, ElementSource place, Map<String, Declared> declared) {
        boolean sound = true;
        Set<String> own = new HashSet<>();
        for (Map.Entry<ExecutableElement, List<String>> entry :
                names.of(owner, context.place(owner, place)).entrySet()) {
            ExecutableElement method = entry.getKey();
            String name = method.getSimpleName().toString();
            Declared before = declared.get(name);
            if (!own.add(name)) {
                context.diagnostics()
                        .error(
                                Code.OVERLOAD,
                                context.place(method, place),
                                "'%s' is declared twice in '%s', but a method's name is the tensor it makes. Rename one of them."
                                        .formatted(name, owner.getSimpleName()));
                sound = false;
            } else if (before != null && !Hierarchy.extendsType(owner, before.owner())) {
                sound &= overriddenIn(type, name, before.owner(), owner, place);
            }
            declared.put(name, new Declared(method, owner, entry.getValue()));
        }
        return sound;
    }

    /** Two unrelated interfaces declare one name: right only if a common heir says which is meant. */
    private boolean overriddenIn(
            TypeElement type, String name, TypeElement first, TypeElement second, ElementSource place) {
        boolean settled = Hierarchy.of(type, place).types().stream()
                .filter(t -> !t.equals(first) && !t.equals(second))
                .filter(t -> Hierarchy.extendsType(t, first) && Hierarchy.extendsType(t, second))
                .anyMatch(t -> t.getEnclosedElements().stream()
                        .anyMatch(e -> e instanceof ExecutableElement
                                && e.getSimpleName().contentEquals(name)));
        if (!settled) {
            context.diagnostics()
                    .error(
                            Code.INHERITANCE_CONFLICT,
                            place,
                            "'%s' inherits '%s' from both '%s' and '%s', which do not extend each other. Declare '%s' in '%s' to say which is meant."
                                    .formatted(
                                            type.getSimpleName(),
                                            name,
                                            first.getSimpleName(),
                                            second.getSimpleName(),
                                            name,
                                            type.getSimpleName()));
        }
        return settled;
    }

    /** The sizes that the interface and those it extends state, without empty ones. */
    private Optional<List<ValueSpec>> dims(Hierarchy hierarchy, ElementSource place) {
        List<ValueSpec> dims = new ArrayList<>();
        for (TypeElement type : hierarchy.types()) {
            for (String name : List.of("Block", "Model", "Plan")) {
                var mirror = Context.annotation(type, name);
                if (mirror.isPresent()) {
                    Optional<AnnotationSpec> annotation = annotations.read(mirror.get(), context.place(type, place));
                    if (annotation.isEmpty()) {
                        return Optional.empty();
                    }
                    ValueSpec value = annotation.get().value("dims");
                    if (!value.text().isBlank()) {
                        dims.add(value);
                    }
                }
            }
        }
        return Optional.of(List.copyOf(dims));
    }
}

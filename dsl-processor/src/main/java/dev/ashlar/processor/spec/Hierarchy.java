package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/**
 * An interface and all that it extends.
 *
 * @param types every interface once, the extended ones first, the interface itself last
 */
record Hierarchy(List<TypeElement> types) {
    /** Reads it; an interface that cannot be found stops the reading. */
    static Hierarchy of(TypeElement type, ElementSource place) {
        Set<TypeElement> types = new LinkedHashSet<>();
        collect(type, place, types, new ArrayList<>());
        return new Hierarchy(List.copyOf(types));
    }

    private static void collect(TypeElement type, ElementSource place, Set<TypeElement> types, List<TypeElement> path) {
        // An interface that extends itself is the compiler's own error.
        if (path.contains(type)) {
            return;
        }
        path.add(type);
        for (TypeMirror mirror : type.getInterfaces()) {
            collect(element(mirror, type, place), place, types, path);
        }
        path.remove(path.size() - 1);
        types.add(type);
    }

    private static TypeElement element(TypeMirror mirror, TypeElement type, ElementSource place) {
        if (mirror.getKind() != TypeKind.ERROR
                && mirror instanceof DeclaredType declared
                && declared.asElement() instanceof TypeElement element) {
            return element;
        }
        throw new ModelException(
                Code.UNRESOLVED_TYPE,
                place,
                "'%s' extends '%s', which cannot be found. Import it, or add its jar to the class path."
                        .formatted(type.getSimpleName(), mirror));
    }

    /** Whether {@code sub} is {@code type} or extends it. */
    static boolean extendsType(TypeElement sub, TypeElement type) {
        return sub.equals(type)
                || sub.getInterfaces().stream()
                        .anyMatch(m -> m instanceof DeclaredType declared
                                && declared.asElement() instanceof TypeElement element
                                && extendsType(element, type));
    }

    /** The interfaces with this annotation, the extended ones first. */
    List<TypeElement> annotated(String simpleName) {
        return types.stream().filter(t -> Context.has(t, simpleName)).toList();
    }

    /** The models that no other of them extends: what a plan is a plan of. */
    List<TypeElement> models() {
        List<TypeElement> models = annotated("Model");
        return models.stream()
                .filter(m -> models.stream().noneMatch(o -> !o.equals(m) && extendsType(o, m)))
                .toList();
    }

    /** The annotation of this name that is nearest to the interface itself. */
    Optional<TypeElement> nearest(String simpleName) {
        List<TypeElement> annotated = annotated(simpleName);
        return annotated.isEmpty() ? Optional.empty() : Optional.of(annotated.get(annotated.size() - 1));
    }
}

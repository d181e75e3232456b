package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Diagnostics;
import java.util.Optional;
import java.util.Set;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.QualifiedNameable;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.util.Elements;

/**
 * What the readers of one round share.
 *
 * @param elements the compiler's elements
 * @param sourceTypes qualified names of the top-level types that are compiled from source
 * @param operators the names of all operator annotations
 * @param diagnostics where findings go
 */
record Context(Elements elements, Set<String> sourceTypes, Set<String> operators, Diagnostics diagnostics) {
    static final String DSL = "dev.ashlar.dsl";

    /** The place of an element: itself where it is source, else {@code leading}. */
    ElementSource place(Element element, ElementSource leading) {
        return fromSource(element) ? ElementSource.of(element) : ElementSource.behind(element, leading);
    }

    boolean fromSource(Element element) {
        Element top = element;
        while (top.getEnclosingElement() != null && !(top.getEnclosingElement() instanceof PackageElement)) {
            top = top.getEnclosingElement();
        }
        return top instanceof QualifiedNameable named
                && sourceTypes.contains(named.getQualifiedName().toString());
    }

    /** The annotation of package {@code dev.ashlar.dsl} with this simple name. */
    static Optional<? extends AnnotationMirror> annotation(Element element, String simpleName) {
        return element.getAnnotationMirrors().stream()
                .filter(m -> isOurs(m) && simpleName(m).equals(simpleName))
                .findFirst();
    }

    static boolean has(Element element, String simpleName) {
        return annotation(element, simpleName).isPresent();
    }

    /** Whether an annotation belongs to the language. */
    static boolean isOurs(AnnotationMirror mirror) {
        return mirror.getAnnotationType().asElement() instanceof TypeElement type
                && type.getQualifiedName().contentEquals(DSL + "." + type.getSimpleName());
    }

    static String simpleName(AnnotationMirror mirror) {
        DeclaredType type = mirror.getAnnotationType();
        return type.asElement().getSimpleName().toString();
    }
}

package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Source;
import java.util.Objects;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.QualifiedNameable;
import javax.lang.model.element.VariableElement;
import org.jspecify.annotations.Nullable;

/**
 * A place that a compiler can be pointed at. Two sources are equal if they mean the same place, even if a compiler made new mirrors
 * for it. Valid in one round only, like the elements it holds.
 *
 * <p>What comes from a class file has no line: it is shown at the source element that leads there, and the way from there is told in
 * words ({@link #path}).
 */
public final class ElementSource implements Source {
    private static final String ARROW = " -> ";

    private final Element element;
    private final @Nullable AnnotationMirror annotation;
    private final @Nullable AnnotationValue value;
    private final String where;
    private final String key;
    private final String path;

    private ElementSource(
            Element element,
            @Nullable AnnotationMirror annotation,
            @Nullable AnnotationValue value,
            String where,
            String key,
            String path) {
        this.element = element;
        this.annotation = annotation;
        this.value = value;
        this.where = where;
        this.key = key;
        this.path = path;
    }

    /** An element that is compiled from source now. */
    static ElementSource of(Element element) {
        return new ElementSource(element, null, null, withoutPackage(element), key(element), "");
    }

    /** An element from a class file, shown at the place that leads to it. */
    static ElementSource behind(Element element, ElementSource leading) {
        if (leading.key.equals(key(element)) || leading.key.endsWith(ARROW + key(element))) {
            return leading;
        }
        return new ElementSource(
                leading.element,
                leading.annotation,
                leading.value,
                withoutPackage(element),
                leading.key + ARROW + key(element),
                path(leading.path, qualified(element)));
    }

    /** A member takes the place of its type: {@code "lib.Block"} and {@code "lib.Block.mid"} are one step of the way. */
    private static String path(String before, String next) {
        String last = before.substring(before.lastIndexOf(ARROW) < 0 ? 0 : before.lastIndexOf(ARROW) + ARROW.length());
        if (before.isEmpty() || next.equals(last)) {
            return before.isEmpty() ? next : before;
        }
        return next.startsWith(last + ".")
                ? before.substring(0, before.length() - last.length()) + next
                : before + ARROW + next;
    }

    /**
     * A parameter of this method, under the method's name: in a class file it has none of its own. Never asked for its method, which
     * ECJ has forgotten in later rounds.
     */
    ElementSource parameter(VariableElement parameter, int index) {
        return new ElementSource(
                path.isEmpty() ? parameter : element, annotation, value, where, key + "(" + index + ")", path);
    }

    /** An annotation of this element. */
    ElementSource annotation(AnnotationMirror mirror) {
        String name = mirror.getAnnotationType().asElement().getSimpleName().toString();
        return new ElementSource(element, path.isEmpty() ? mirror : annotation, value, where, key + "@" + name, path);
    }

    /** A value of this annotation; {@code name} tells it from its siblings. */
    ElementSource value(String name, AnnotationValue of) {
        return new ElementSource(element, annotation, path.isEmpty() ? of : value, where, key + "." + name, path);
    }

    /** The same place under another name in messages. */
    ElementSource named(String name) {
        return new ElementSource(element, annotation, value, name, key + "#" + name, path);
    }

    Element element() {
        return element;
    }

    @Nullable
    AnnotationMirror annotation() {
        return annotation;
    }

    @Nullable
    AnnotationValue value() {
        return value;
    }

    /** The way to an element of a class file, {@code "lib.Model.body -> lib.Block.mid"}; empty where the compiler can point itself. */
    String path() {
        return path;
    }

    @Override
    public String where() {
        return where;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ElementSource source && key.equals(source.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return key;
    }

    private static String key(Element element) {
        return element instanceof ExecutableElement method
                ? qualified(element) + "/" + method.getParameters().size()
                : qualified(element);
    }

    private static String qualified(Element element) {
        return element instanceof QualifiedNameable named
                ? named.getQualifiedName().toString()
                : qualified(Objects.requireNonNull(element.getEnclosingElement())) + "." + element.getSimpleName();
    }

    private static String withoutPackage(Element element) {
        Element around = element;
        while (!(around instanceof PackageElement) && around.getEnclosingElement() != null) {
            around = around.getEnclosingElement();
        }
        String prefix = around instanceof PackageElement p && !p.isUnnamed() ? p.getQualifiedName() + "." : "";
        return qualified(element).substring(prefix.length());
    }
}

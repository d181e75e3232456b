package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import org.jspecify.annotations.Nullable;

/** Reads one annotation with all its values. */
final class AnnotationReader {
    /** What javac gives for a value that it could not resolve, whatever its type. */
    private static final String ERROR_VALUE = "<error>";

    private final Context context;

    AnnotationReader(Context context) {
        this.context = context;
    }

    /** The annotation; empty if the compiler could not make sense of it, which is reported here or by the compiler. */
    Optional<AnnotationSpec> read(AnnotationMirror mirror, ElementSource owner) {
        ElementSource place = owner.annotation(mirror);
        Map<String, AnnotationValue> written = new TreeMap<>();
        mirror.getElementValues()
                .forEach((k, v) -> written.put(k.getSimpleName().toString(), v));
        Map<String, ValueSpec> values = new TreeMap<>();
        for (ExecutableElement element : elements(mirror.getAnnotationType())) {
            String name = element.getSimpleName().toString();
            AnnotationValue explicit = written.get(name);
            AnnotationValue value = explicit != null ? explicit : element.getDefaultValue();
            ElementSource at = explicit != null ? place.value(name, explicit) : place;
            Optional<ValueSpec> spec = value(value, element.getReturnType(), explicit != null, at);
            if (spec.isEmpty()) {
                unresolved(name, value, place, at);
                return Optional.empty();
            }
            values.put(name, spec.get());
        }
        return Optional.of(new AnnotationSpec(Context.simpleName(mirror), values, place));
    }

    /** An annotation that was left out: all its defaults, shown at {@code place}. */
    AnnotationSpec defaults(TypeElement annotation, ElementSource place) {
        Map<String, ValueSpec> values = new TreeMap<>();
        for (ExecutableElement element : ElementFilter.methodsIn(annotation.getEnclosedElements())) {
            value(element.getDefaultValue(), element.getReturnType(), false, place)
                    .ifPresent(v -> values.put(element.getSimpleName().toString(), v));
        }
        return new AnnotationSpec(annotation.getSimpleName().toString(), values, place);
    }

    private static List<ExecutableElement> elements(DeclaredType annotation) {
        return ElementFilter.methodsIn(annotation.asElement().getEnclosedElements());
    }

    private void unresolved(String element, @Nullable AnnotationValue value, ElementSource place, ElementSource at) {
        if (value == null) {
            // Every compiler says by itself that a value is missing.
            return;
        }
        String text = value.getValue() instanceof TypeMirror type ? type.toString() : value.toString();
        // javac gives no name here, but tells it in its own error.
        String name = text.contains(ERROR_VALUE) ? "what it names" : "'" + text + "'";
        context.diagnostics()
                .error(
                        Code.UNRESOLVED_TYPE,
                        at,
                        "@%s(%s = …): %s cannot be found. Import it, or add what defines it to the class path."
                                .formatted(annotationName(place), element, name));
    }

    private static String annotationName(ElementSource place) {
        AnnotationMirror mirror = place.annotation();
        return mirror == null ? "" : Context.simpleName(mirror);
    }

    private Optional<ValueSpec> value(
            @Nullable AnnotationValue value, TypeMirror type, boolean explicit, ElementSource place) {
        if (value == null || value.getValue() == null) {
            return Optional.empty();
        }
        Object raw = value.getValue();
        if (type.getKind() == TypeKind.ARRAY) {
            // ECJ does not wrap a sole entry written without braces.
            List<?> entries = raw instanceof List<?> list ? list : List.of(value);
            return entries(entries, explicit, place).map(list -> new ValueSpec(list, explicit, place));
        }
        return nested(raw, place).map(v -> new ValueSpec(v, explicit, place));
    }

    private Optional<List<ValueSpec>> entries(List<?> entries, boolean explicit, ElementSource place) {
        List<ValueSpec> read = new ArrayList<>();
        for (Object entry : entries) {
            AnnotationValue value = (AnnotationValue) entry;
            ElementSource at = explicit ? place.value("[" + read.size() + "]", value) : place;
            Optional<Object> nested = nested(value.getValue(), at);
            if (nested.isEmpty()) {
                return Optional.empty();
            }
            read.add(new ValueSpec(nested.get(), explicit, at));
        }
        return Optional.of(List.copyOf(read));
    }

    private Optional<Object> nested(@Nullable Object raw, ElementSource place) {
        return raw instanceof AnnotationMirror mirror ? read(mirror, place).map(Object.class::cast) : scalar(raw);
    }

    private static Optional<Object> scalar(@Nullable Object raw) {
        if (raw == null || raw.equals(ERROR_VALUE) || (raw instanceof TypeMirror t && t.getKind() == TypeKind.ERROR)) {
            return Optional.empty();
        }
        if (raw instanceof VariableElement constant) {
            return Optional.of(constant.getSimpleName().toString());
        }
        if (raw instanceof DeclaredType type && type.asElement() instanceof TypeElement element) {
            return Optional.of(element.getQualifiedName().toString());
        }
        if (raw instanceof Double || raw instanceof Float) {
            return Optional.of(((Number) raw).doubleValue());
        }
        if (raw instanceof Number number) {
            return Optional.of(number.longValue());
        }
        return Optional.of(raw instanceof Boolean ? raw : raw.toString());
    }
}

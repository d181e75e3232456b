package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.util.ElementFilter;

/** The methods of one interface in order, with the names of their parameters: from source, else from the companion. */
final class ParameterNames {
    private final Context context;

    ParameterNames(Context context) {
        this.context = context;
    }

    /** Every method with its parameters' names, in order of declaration as far as that is known. */
    Map<ExecutableElement, List<String>> of(TypeElement type, ElementSource place) {
        List<ExecutableElement> methods = ElementFilter.methodsIn(type.getEnclosedElements());
        if (context.fromSource(type) || methods.stream().noneMatch(ParameterNames::lost)) {
            Map<ExecutableElement, List<String>> names = new LinkedHashMap<>();
            methods.forEach(m -> names.put(m, declared(m)));
            return names;
        }
        return recorded(type, methods, place);
    }

    private static boolean lost(ExecutableElement method) {
        List<String> names = declared(method);
        return !names.isEmpty()
                && Stream.iterate(0, i -> i < names.size(), i -> i + 1)
                        .allMatch(i -> names.get(i).equals("arg" + i));
    }

    private static List<String> declared(ExecutableElement method) {
        return method.getParameters().stream()
                .map(VariableElement::getSimpleName)
                .map(Object::toString)
                .toList();
    }

    private Map<ExecutableElement, List<String>> recorded(
            TypeElement type, List<ExecutableElement> methods, ElementSource place) {
        CompanionRecord companion = companion(type, place);
        Map<ExecutableElement, List<String>> names = new LinkedHashMap<>();
        companion
                .methods()
                .forEach((name, parameters) -> methods.stream()
                        .filter(m -> m.getSimpleName().contentEquals(name)
                                && m.getParameters().size() == parameters.size())
                        .forEach(m -> names.put(m, parameters)));
        if (names.size() != methods.size()) {
            throw new ModelException(
                    Code.NO_COMPANION,
                    place,
                    "'%s' and its companion class '%s' do not list the same methods: they were compiled apart. Compile them together again."
                            .formatted(type.getQualifiedName(), CompanionRecord.qualifiedName(context, type)));
        }
        return names;
    }

    private CompanionRecord companion(TypeElement type, ElementSource place) {
        String name = CompanionRecord.qualifiedName(context, type);
        Optional<CompanionRecord> companion = Optional.ofNullable(
                        context.elements().getTypeElement(name))
                .flatMap(e -> CompanionRecord.read(context, e));
        if (companion.isEmpty()) {
            throw new ModelException(
                    Code.NO_COMPANION,
                    place,
                    "'%s' comes from a class file that has lost its parameter names, and its companion class '%s' is missing. "
                                    .formatted(type.getQualifiedName(), name)
                            + "Compile '%s' with ashlar-processor on its processor path."
                                    .formatted(type.getSimpleName()));
        }
        if (companion.get().version() > CompanionRecord.VERSION) {
            throw new ModelException(
                    Code.NO_COMPANION,
                    place,
                    "'%s' was compiled by a newer ashlar-processor (companion version %d, this one reads up to %d). Use that version here."
                            .formatted(type.getQualifiedName(), companion.get().version(), CompanionRecord.VERSION));
        }
        return companion.get();
    }
}

package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;

/** Reads one method: its form, its annotations, its parameters. */
final class MethodReader {
    private final Context context;
    private final AnnotationReader annotations;
    private final MethodRules rules;

    MethodReader(Context context) {
        this.context = context;
        this.annotations = new AnnotationReader(context);
        this.rules = new MethodRules(context);
    }

    /**
     * The method; empty if anything in it is wrong, which is reported.
     *
     * @param names the names of its parameters
     * @param place where the method is shown
     * @param block whether it is read as part of a block
     */
    Optional<MethodSpec> read(ExecutableElement method, List<String> names, ElementSource place, boolean block) {
        if (!formed(method, place)) {
            return Optional.empty();
        }
        Optional<List<AnnotationSpec>> read = annotations(method, place);
        Optional<List<ParameterSpec>> parameters = parameters(method, names, place);
        if (read.isEmpty() || parameters.isEmpty()) {
            return Optional.empty();
        }
        MethodSpec spec = new MethodSpec(method.getSimpleName().toString(), read.get(), parameters.get(), place);
        return rules.check(spec, block) ? Optional.of(spec) : Optional.empty();
    }

    /** Whether it is a plain abstract method from Tensors to a Tensor. */
    private boolean formed(ExecutableElement method, ElementSource place) {
        String name = method.getSimpleName().toString();
        if (!method.getModifiers().contains(Modifier.ABSTRACT)) {
            String form = method.getModifiers().contains(Modifier.STATIC)
                    ? "static"
                    : method.isDefault() ? "a default method" : "private";
            return wrong(
                    Code.BAD_METHOD,
                    place,
                    "'%s' is %s, but a model only declares its tensors and nothing runs it. Make it abstract with an operator, or move it elsewhere."
                            .formatted(name, form));
        }
        if (!method.getTypeParameters().isEmpty()) {
            return wrong(
                    Code.BAD_METHOD,
                    place,
                    "'%s' has type parameters, but every tensor is one fixed tensor. Remove them.".formatted(name));
        }
        if (method.isVarArgs()) {
            int last = method.getParameters().size() - 1;
            return wrong(
                    Code.BAD_METHOD,
                    place.parameter(method.getParameters().get(last), last),
                    "'%s' takes any number of tensors, but each parameter names one edge. Declare one parameter for each tensor."
                            .formatted(name));
        }
        return tensor(method.getReturnType(), place, "'%s' returns".formatted(name));
    }

    private boolean tensor(TypeMirror type, ElementSource place, String what) {
        if (type.getKind() == TypeKind.ERROR) {
            return wrong(
                    Code.UNRESOLVED_TYPE,
                    place,
                    "%s '%s', which cannot be found. Import dev.ashlar.dsl.Tensor.".formatted(what, type));
        }
        boolean tensor = type instanceof DeclaredType declared
                && declared.asElement() instanceof TypeElement element
                && element.getQualifiedName().contentEquals(Context.DSL + ".Tensor");
        return tensor
                || wrong(
                        Code.BAD_METHOD,
                        place,
                        "%s '%s', but every edge of a model is a dev.ashlar.dsl.Tensor. Change the type to Tensor."
                                .formatted(what, type));
    }

    private Optional<List<AnnotationSpec>> annotations(Element element, ElementSource place) {
        List<AnnotationSpec> read = new ArrayList<>();
        boolean sound = true;
        for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
            if (mirror.getAnnotationType().getKind() == TypeKind.ERROR) {
                String name = mirror.getAnnotationType().toString();
                sound = wrong(
                        Code.UNRESOLVED_TYPE,
                        place.annotation(mirror),
                        "There is no annotation '@%s' here. Import it, or correct its name.".formatted(name)
                                + Suggestions.didYouMean(name, context.operators()));
            } else if (Context.isOurs(mirror)) {
                Optional<AnnotationSpec> annotation = annotations.read(mirror, place);
                annotation.ifPresent(read::add);
                sound &= annotation.isPresent();
            }
        }
        return sound ? Optional.of(List.copyOf(read)) : Optional.empty();
    }

    private Optional<List<ParameterSpec>> parameters(
            ExecutableElement method, List<String> names, ElementSource place) {
        List<ParameterSpec> read = new ArrayList<>();
        boolean sound = true;
        for (int i = 0; i < names.size(); i++) {
            VariableElement parameter = method.getParameters().get(i);
            ElementSource at = place.parameter(parameter, i);
            sound &= tensor(parameter.asType(), at, "Parameter '%s' has type".formatted(names.get(i)));
            Optional<List<AnnotationSpec>> in = annotations(parameter, at);
            if (in.isPresent()) {
                read.add(parameter(names.get(i), in.get(), at));
            }
            sound &= in.isPresent();
        }
        return sound ? Optional.of(List.copyOf(read)) : Optional.empty();
    }

    private static ParameterSpec parameter(String name, List<AnnotationSpec> annotations, ElementSource place) {
        Optional<AnnotationSpec> in =
                annotations.stream().filter(a -> a.name().equals("In")).findFirst();
        return new ParameterSpec(
                name,
                in.map(a -> a.value("value").text()).filter(s -> !s.isEmpty()),
                in.map(a -> a.value("to").text()).filter(s -> !s.isEmpty()),
                place);
    }

    private boolean wrong(Code code, ElementSource place, String message) {
        context.diagnostics().error(code, place, message);
        return false;
    }
}

package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import java.util.List;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;

/** Checks what stands on the interfaces themselves: which annotations, on what, and what they extend. */
final class TypeRules {
    private final Context context;

    TypeRules(Context context) {
        this.context = context;
    }

    /** Checks an interface and all it extends; reports what is wrong. */
    boolean check(Hierarchy hierarchy, ElementSource place) {
        boolean sound = true;
        List<TypeElement> types = hierarchy.types();
        TypeElement type = types.get(types.size() - 1);
        for (TypeElement each : types) {
            sound &= checkOne(each, context.place(each, place));
        }
        return sound && checkKinds(type, types, place);
    }

    /** Checks an interface for itself. */
    private boolean checkOne(TypeElement type, ElementSource place) {
        String name = type.getSimpleName().toString();
        boolean model = Context.has(type, "Model");
        boolean block = Context.has(type, "Block");
        boolean plan = Context.has(type, "Plan");
        if (type.getKind() != ElementKind.INTERFACE) {
            String annotation = model ? "Model" : block ? "Block" : plan ? "Plan" : "Train";
            return wrong(
                    Code.MISPLACED_ANNOTATION,
                    annotated(type, place, annotation),
                    "@%s stands on '%s', which is no interface. Networks are described by interfaces: make it one."
                            .formatted(annotation, name));
        }
        if (model && block) {
            return wrong(
                    Code.MISPLACED_ANNOTATION,
                    annotated(type, place, "Block"),
                    "'%s' is both @Model and @Block. Keep @Model if it is trained as a whole, @Block if other models use it."
                            .formatted(name));
        }
        if (plan && block) {
            return wrong(
                    Code.MISPLACED_ANNOTATION,
                    annotated(type, place, "Plan"),
                    "'%s' is a block, and only models are planned. Put @Plan on an interface that extends the model that uses it."
                            .formatted(name));
        }
        if (!type.getTypeParameters().isEmpty()) {
            return wrong(
                    Code.BAD_METHOD,
                    place,
                    "'%s' has type parameters, but a network is one fixed graph. Remove them; sizes are passed by dims."
                            .formatted(name));
        }
        return model || block || plan || checkPlain(type, place);
    }

    /** An interface without an annotation may be extended as long as it declares nothing: a marker. */
    private boolean checkPlain(TypeElement type, ElementSource place) {
        if (Context.has(type, "Train")) {
            return wrong(
                    Code.MISPLACED_ANNOTATION,
                    annotated(type, place, "Train"),
                    "@Train stands on '%s', which is neither a @Plan nor a @Model. Move it to one of them."
                            .formatted(type.getSimpleName()));
        }
        List<ExecutableElement> methods = ElementFilter.methodsIn(type.getEnclosedElements());
        if (methods.isEmpty()) {
            return true;
        }
        return wrong(
                Code.MISPLACED_ANNOTATION,
                place,
                "'%s' declares methods such as '%s' but is neither a @Model nor a @Block. Annotate it with @Block if models use it as a part, with @Model if it is trained."
                        .formatted(
                                type.getQualifiedName(),
                                methods.stream()
                                        .map(m -> m.getSimpleName().toString())
                                        .sorted()
                                        .findFirst()
                                        .orElseThrow()));
    }

    private boolean checkKinds(TypeElement type, List<TypeElement> types, ElementSource place) {
        boolean sound = true;
        for (TypeElement each : types) {
            boolean planOfModel = Context.has(each, "Plan") && !Context.has(type, "Plan");
            boolean blockInModel = Context.has(each, "Block") && !Context.has(type, "Block");
            boolean modelInBlock = Context.has(each, "Model") && Context.has(type, "Block");
            if (planOfModel || blockInModel || modelInBlock) {
                sound = wrong(
                        Code.MISPLACED_ANNOTATION,
                        place,
                        "'%s' is %s and extends '%s', which is %s. A model extends models, a block blocks, a plan its model; to use a block, declare a method with @Use."
                                .formatted(type.getSimpleName(), kind(type), each.getSimpleName(), kind(each)));
            }
        }
        return sound;
    }

    private static String kind(TypeElement type) {
        return Context.has(type, "Plan") ? "a @Plan" : Context.has(type, "Block") ? "a @Block" : "a @Model";
    }

    private static ElementSource annotated(TypeElement type, ElementSource place, String annotation) {
        return Context.annotation(type, annotation).map(place::annotation).orElse(place);
    }

    private boolean wrong(Code code, ElementSource place, String message) {
        context.diagnostics().error(code, place, message);
        return false;
    }
}

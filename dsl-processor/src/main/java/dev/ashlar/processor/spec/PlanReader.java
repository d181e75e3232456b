package dev.ashlar.processor.spec;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;

/** Reads a plan with its model and blocks. */
final class PlanReader {
    private final Context context;
    private final Optional<String> dims;
    private final AnnotationReader annotations;

    /**
     * @param dims sizes of option {@code ashlar.dims}, which come last
     */
    PlanReader(Context context, Optional<String> dims) {
        this.context = context;
        this.dims = dims;
        this.annotations = new AnnotationReader(context);
    }

    /** The plan; empty if anything in it is wrong, which is reported. */
    Optional<PlanSpec> read(TypeElement type) {
        ElementSource place = ElementSource.of(type);
        if (type.getKind() != ElementKind.INTERFACE || Context.has(type, "Block")) {
            // What is wrong is the annotation, which the check of the interface tells.
            return Optional.empty();
        }
        try {
            Hierarchy hierarchy = Hierarchy.of(type, place);
            Optional<TypeElement> model = model(type, hierarchy, place);
            Optional<AnnotationSpec> plan = Context.annotation(type, "Plan").flatMap(m -> annotations.read(m, place));
            Optional<TrainSpec> train = train(hierarchy, place);
            if (model.isEmpty() || plan.isEmpty() || train.isEmpty()) {
                return Optional.empty();
            }
            Optional<InterfaceSpec> merged = new InterfaceReader(context).read(type, place);
            merged.ifPresent(m -> requireSameBatch(type, model.get(), m, place));
            Optional<Map<String, InterfaceSpec>> blocks = merged.flatMap(m -> new BlockReader(context).read(m));
            return blocks.isEmpty()
                    ? Optional.empty()
                    : Optional.of(spec(
                            type,
                            model(model.get(), merged.orElseThrow(), place),
                            blocks.get(),
                            plan.get(),
                            train.get()));
        } catch (ModelException stopped) {
            context.diagnostics().error(stopped);
            return Optional.empty();
        }
    }

    /** The batch belongs to the model: a plan that overrides methods may not change which inputs it holds, nor their order. */
    private void requireSameBatch(TypeElement plan, TypeElement model, InterfaceSpec merged, ElementSource place) {
        List<String> expected = new InterfaceReader(context)
                .read(model, place)
                .map(ReadingOrder::inputs)
                .orElse(List.of());
        List<String> actual = ReadingOrder.inputs(merged);
        if (!expected.isEmpty() && !actual.equals(expected)) {
            throw new ModelException(
                    Code.INHERITANCE_CONFLICT,
                    place,
                    "Plan '%s' overrides methods of '%s' so that the inputs are read in the order %s instead of %s, which is the order of its batch. Make this a model of its own."
                            .formatted(
                                    plan.getSimpleName(),
                                    model.getSimpleName(),
                                    String.join(", ", actual),
                                    String.join(", ", expected)));
        }
    }

    private Optional<TypeElement> model(TypeElement type, Hierarchy hierarchy, ElementSource place) {
        List<TypeElement> models = hierarchy.models();
        if (models.size() == 1) {
            return Optional.of(models.get(0));
        }
        String name = type.getSimpleName().toString();
        String message = models.isEmpty()
                ? "Plan '%s' extends no @Model, so there is nothing to plan. Let it extend the model: interface %s extends MyModel."
                        .formatted(name, name)
                : "Plan '%s' extends several models (%s), but a plan is for one. Keep one, and write a plan for each of the others."
                        .formatted(
                                name,
                                models.stream()
                                        .map(m -> m.getSimpleName().toString())
                                        .sorted()
                                        .collect(Collectors.joining(", ")));
        context.diagnostics().error(Code.PLAN_WITHOUT_MODEL, place, message);
        return Optional.empty();
    }

    /** The model under its own name, with the methods and sizes as the plan has them. */
    private InterfaceSpec model(TypeElement model, InterfaceSpec merged, ElementSource place) {
        List<ValueSpec> all = new ArrayList<>(merged.dims());
        dims.ifPresent(d -> all.add(new ValueSpec(d, true, place.named("option ashlar.dims"))));
        return new InterfaceSpec(
                context.elements().getPackageOf(model).getQualifiedName().toString(),
                CompanionRecord.flatName(model),
                model.getQualifiedName().toString(),
                List.copyOf(all),
                merged.methods(),
                context.place(model, place));
    }

    private PlanSpec spec(
            TypeElement type,
            InterfaceSpec model,
            Map<String, InterfaceSpec> blocks,
            AnnotationSpec plan,
            TrainSpec train) {
        return new PlanSpec(
                context.elements().getPackageOf(type).getQualifiedName().toString(),
                CompanionRecord.flatName(type),
                type.getQualifiedName().toString(),
                model,
                blocks,
                plan.value("device"),
                plan.value("mesh"),
                plan.value("links"),
                plan.value("memory"),
                plan.value("mode").text(),
                plan.value("microBatches"),
                plan.value("pins").entries().stream()
                        .map(v -> (AnnotationSpec) v.value())
                        .toList(),
                train,
                ElementSource.of(type));
    }

    /** Every element from the nearest annotation that states it: a plan's before its model's before the default. */
    private Optional<TrainSpec> train(Hierarchy hierarchy, ElementSource place) {
        TypeElement annotation = context.elements().getTypeElement(Context.DSL + ".Train");
        if (annotation == null) {
            return Optional.empty();
        }
        AnnotationSpec merged = annotations.defaults(annotation, place);
        for (TypeElement type : hierarchy.annotated("Train")) {
            Optional<AnnotationSpec> own =
                    Context.annotation(type, "Train").flatMap(m -> annotations.read(m, context.place(type, place)));
            if (own.isEmpty()) {
                return Optional.empty();
            }
            merged = merged.overriddenBy(own.get());
        }
        return Optional.of(new TrainSpec(
                merged.value("optimizer").text(),
                merged.value("precision").text(),
                merged.value("trainable").entries(),
                merged.value("noDecay").entries(),
                (Boolean) merged.value("clipping").value()));
    }
}

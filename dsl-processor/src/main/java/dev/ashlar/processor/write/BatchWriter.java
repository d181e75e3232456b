package dev.ashlar.processor.write;

import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.ParameterSpec;
import com.palantir.javapoet.TypeSpec;
import dev.ashlar.processor.spec.InterfaceSpec;
import java.util.List;
import java.util.Optional;
import javax.lang.model.element.Modifier;

/** Prints the record that holds one batch of a model: one component for every input, in the order in which the model reads them. */
public final class BatchWriter {
    private BatchWriter() {}

    /** The record's name. */
    public static String name(String model) {
        return model + "Batch";
    }

    /** The type of every component. */
    public static String componentType() {
        return Names.HOST_TENSOR.canonicalName();
    }

    /** The file. */
    public static JavaFile write(InterfaceSpec model, List<String> inputs, Optional<ClassName> generated) {
        MethodSpec.Builder components = MethodSpec.constructorBuilder();
        TypeSpec.Builder batch =
                TypeSpec.recordBuilder(name(model.simpleName())).addModifiers(Modifier.PUBLIC);
        StringBuilder javadoc = new StringBuilder("One batch of {@link " + model.nestedName() + "}.\n\n");
        for (String input : inputs) {
            components.addParameter(
                    ParameterSpec.builder(Names.HOST_TENSOR, input).build());
            javadoc.append("@param ")
                    .append(input)
                    .append(" the input {@code ")
                    .append(input)
                    .append("}\n");
        }
        generated.ifPresent(g -> batch.addAnnotation(AnnotationSpec.builder(g)
                .addMember("value", "$S", "dev.ashlar.processor.AshlarProcessor")
                .build()));
        batch.addJavadoc("$L", javadoc).recordConstructor(components.build());
        return JavaFile.builder(model.packageName(), batch.build())
                .indent("    ")
                .skipJavaLangImports(true)
                .build();
    }
}

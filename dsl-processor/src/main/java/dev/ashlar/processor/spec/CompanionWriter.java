package dev.ashlar.processor.spec;

import com.google.auto.common.GeneratedAnnotations;
import com.palantir.javapoet.AnnotationSpec;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeSpec;
import dev.ashlar.dsl.Companion;
import java.io.IOException;
import java.util.List;
import javax.annotation.processing.Filer;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;

/** Writes companion classes. */
final class CompanionWriter {
    private final Elements elements;
    private final SourceVersion version;
    private final Filer filer;

    CompanionWriter(Elements elements, SourceVersion version, Filer filer) {
        this.elements = elements;
        this.version = version;
        this.filer = filer;
    }

    /** Writes the companion of an interface, which becomes its only originating element. */
    void write(TypeElement type, CompanionRecord companion) throws IOException {
        TypeSpec.Builder built = TypeSpec.classBuilder(CompanionRecord.simpleName(type))
                .addOriginatingElement(type)
                .addJavadoc("What {@code $L} says, for models that use it from a jar.\n", type.getQualifiedName())
                .addModifiers(Modifier.FINAL)
                .addMethod(MethodSpec.constructorBuilder()
                        .addModifiers(Modifier.PRIVATE)
                        .build());
        GeneratedAnnotations.generatedAnnotation(elements, version)
                .ifPresent(g -> built.addAnnotation(AnnotationSpec.builder(ClassName.get(g))
                        .addMember("value", "$S", "dev.ashlar.processor.AshlarProcessor")
                        .build()));
        AnnotationSpec.Builder annotation = AnnotationSpec.builder(Companion.class)
                .addMember("version", "$L", companion.version())
                .addMember("hash", "$S", companion.hash());
        addLines(annotation, "methods", companion.methodLines());
        addLines(annotation, "uses", companion.useLines());
        built.addAnnotation(annotation.build());
        JavaFile.builder(elements.getPackageOf(type).getQualifiedName().toString(), built.build())
                .skipJavaLangImports(true)
                .indent("    ")
                .build()
                .writeTo(filer);
    }

    private static void addLines(AnnotationSpec.Builder annotation, String name, List<String> lines) {
        if (lines.isEmpty()) {
            annotation.addMember(name, "{}");
        }
        lines.forEach(line -> annotation.addMember(name, "$S", line));
    }
}

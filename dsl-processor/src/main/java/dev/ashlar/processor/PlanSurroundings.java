package dev.ashlar.processor;

import com.google.auto.common.GeneratedAnnotations;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import java.io.IOException;
import java.io.Writer;
import java.util.Optional;
import javax.annotation.processing.Filer;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import javax.tools.JavaFileObject;

/**
 * What a step needs beside the plan itself.
 *
 * @param options the processor's options
 * @param origin the plan's interface, the one originating element of every file
 * @param elements looks up types, such as those of the runtime
 * @param filer creates files
 * @param sourceVersion the language level of the compilation
 */
record PlanSurroundings(
        Options options, TypeElement origin, Elements elements, Filer filer, SourceVersion sourceVersion) {
    /** Whether written classes have the runtime to compile against, and are wanted. */
    boolean writesSteps() {
        return options.classes() && elements.getTypeElement("dev.ashlar.runtime.train.PlannedStep") != null;
    }

    /** The annotation of generated classes, where there is one. */
    Optional<ClassName> generated() {
        return GeneratedAnnotations.generatedAnnotation(elements, sourceVersion).map(ClassName::get);
    }

    /** Writes a source file that originates from the plan's or model's interface alone. */
    void write(JavaFile file) throws IOException {
        JavaFileObject object = filer.createSourceFile(
                (file.packageName().isEmpty() ? "" : file.packageName() + ".")
                        + file.typeSpec().name(),
                origin);
        try (Writer writer = object.openWriter()) {
            file.writeTo(writer);
        }
    }
}

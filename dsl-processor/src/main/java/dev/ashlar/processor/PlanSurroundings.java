package dev.ashlar.processor;

import com.google.auto.common.GeneratedAnnotations;
import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.JavaFile;
import dev.ashlar.processor.device.DeviceCatalogue;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.annotation.processing.Filer;
import javax.annotation.processing.Messager;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.Elements;
import javax.tools.Diagnostic;
import javax.tools.FileObject;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;

/**
 * What a step needs beside the plan itself.
 *
 * @param options the processor's options
 * @param devices the devices that a plan may name
 * @param origin the plan's interface, the one originating element of every file
 * @param elements looks up types, such as those of the runtime
 * @param filer creates files
 * @param messager prints what {@code ashlar.verbose} asks for
 * @param sourceVersion the language level of the compilation
 */
record PlanSurroundings(
        Options options,
        DeviceCatalogue devices,
        TypeElement origin,
        Elements elements,
        Filer filer,
        Messager messager,
        SourceVersion sourceVersion) {
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

    /** Writes a file beside the classes. */
    void writeResource(String packageName, String name, String text) throws IOException {
        FileObject object = filer.createResource(StandardLocation.CLASS_OUTPUT, packageName, name, origin);
        try (Writer writer = new OutputStreamWriter(object.openOutputStream(), StandardCharsets.UTF_8)) {
            writer.write(text);
        }
    }

    /** Tells the user something that is no finding. */
    void tell(String text) {
        messager.printMessage(Diagnostic.Kind.NOTE, text);
    }
}

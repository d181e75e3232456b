package dev.ashlar.processor;

import dev.ashlar.processor.diagnostic.Code;
import dev.ashlar.processor.diagnostic.ModelException;
import dev.ashlar.processor.spec.SpecReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import javax.annotation.processing.ProcessingEnvironment;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.TypeElement;
import javax.tools.StandardLocation;

/**
 * A record that an earlier compilation left on the class path. Before version 23 javac ends with an exception of its own when a processor
 * writes such a record again (JDK-8332297).
 */
final class EarlierRecord {
    private static final int FIXED = 23;

    private final ProcessingEnvironment environment;
    private final Set<String> sourceTypes;

    /** @param sourceTypes qualified names of types that are compiled from source, which the filer refuses to write */
    EarlierRecord(ProcessingEnvironment environment, Set<String> sourceTypes) {
        this.environment = environment;
        this.sourceTypes = Set.copyOf(sourceTypes);
    }

    /**
     * Whether a record need not be written: the class in the folder for classes is what would come out.
     *
     * @param components names, all of one type
     * @param origin what it is written for
     * @throws ModelException if it can be neither written nor left
     */
    boolean isThere(String packageName, String name, List<String> components, String type, TypeElement origin) {
        String qualified = packageName.isEmpty() ? name : packageName + "." + name;
        if (!isAffected() || sourceTypes.contains(qualified)) {
            return false;
        }
        TypeElement earlier = environment.getElementUtils().getTypeElement(qualified);
        if (earlier == null || earlier.getKind() != ElementKind.RECORD) {
            return false;
        }
        boolean same = earlier.getRecordComponents().stream()
                        .map(c -> c.getSimpleName().toString())
                        .toList()
                        .equals(components)
                && earlier.getRecordComponents().stream()
                        .allMatch(c -> c.asType().toString().equals(type));
        if (same && isWritten(packageName, name + ".class")) {
            return true;
        }
        throw new ModelException(
                Code.CLASS_EXISTS,
                SpecReader.place(origin),
                ("The class path has the record '%s' of an earlier compilation, %s, and this compiler fails on a record that it meets twice"
                                + " (JDK-8332297, mended in JDK 23). Delete %s.class there and compile again.")
                        .formatted(qualified, same ? "outside of the folder for classes" : "with other inputs", name));
    }

    private boolean isAffected() {
        return Runtime.version().feature() < FIXED
                && environment.getElementUtils().getClass().getName().startsWith("com.sun.tools.javac.");
    }

    private boolean isWritten(String packageName, String file) {
        try (InputStream classFile = environment
                .getFiler()
                .getResource(StandardLocation.CLASS_OUTPUT, packageName, file)
                .openInputStream()) {
            return classFile.read() >= 0;
        } catch (IOException elsewhere) {
            return false; // so the caller refuses
        }
    }
}

package dev.ashlar.processor;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** The arrows of the house: what enters as annotations leaves as source, and nothing walks back. */
@AnalyzeClasses(packages = HouseTest.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
final class HouseTest {
    static final String ROOT = "dev.ashlar.processor";

    @ArchTest
    static final ArchRule DIAGNOSTIC = knows("diagnostic");

    @ArchTest
    static final ArchRule SPEC = knows("spec", "diagnostic");

    @ArchTest
    static final ArchRule POINTWISE = knows("pointwise");

    @ArchTest
    static final ArchRule OP = knows("op", "pointwise", "diagnostic");

    @ArchTest
    static final ArchRule DEVICE = knows("device", "diagnostic");

    @ArchTest
    static final ArchRule GRAPH = knows("graph", "op", "pointwise", "spec", "diagnostic");

    @ArchTest
    static final ArchRule SHARD = knows("shard", "graph", "op", "device", "diagnostic");

    @ArchTest
    static final ArchRule LOCAL = knows("local", "shard", "graph", "op", "device", "diagnostic");

    @ArchTest
    static final ArchRule COST = knows("cost", "shard", "graph", "op", "device", "diagnostic");

    @ArchTest
    static final ArchRule SOLVE = knows("solve");

    @ArchTest
    static final ArchRule PLAN = knows(
            "plan",
            "joint",
            "recompute",
            "program",
            "solve",
            "cost",
            "local",
            "shard",
            "graph",
            "op",
            "spec",
            "device",
            "diagnostic");

    @ArchTest
    static final ArchRule RECOMPUTE =
            knows("recompute", "program", "solve", "cost", "shard", "graph", "op", "spec", "device", "diagnostic");

    @ArchTest
    static final ArchRule JOINT =
            knows("joint", "program", "solve", "cost", "local", "shard", "graph", "op", "spec", "device", "diagnostic");

    @ArchTest
    static final ArchRule PROGRAM = knows("program", "cost", "shard", "graph", "op", "spec", "device", "diagnostic");

    @ArchTest
    static final ArchRule WRITE =
            knows("write", "program", "plan", "cost", "shard", "graph", "op", "spec", "device", "diagnostic");

    @ArchTest
    static final ArchRule REPORT =
            knows("report", "program", "plan", "cost", "shard", "graph", "op", "spec", "device", "diagnostic");

    @ArchTest
    static final ArchRule ONLY_READER_AND_WRITER_SEE_ELEMENTS = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT, ROOT + ".spec..", ROOT + ".write..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.lang.model..", "javax.annotation.processing..")
            .because("graphs and plans must not depend on a compiler's life cycle")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule NO_COMPILER_INTERNALS = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun..", "sun..", "org.eclipse.jdt..")
            .because("it must run in javac, ECJ, IntelliJ and kapt alike");

    @ArchTest
    static final ArchRule NO_RUNTIME = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.ashlar.runtime..", "org.bytedeco..")
            .because("the compiler plans without a device");

    @ArchTest
    static final ArchRule NO_STATIC_STATE = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .because("a build daemon keeps the processor's classes for many builds");

    /** A package of the processor depends on nothing of the processor but these. */
    private static ArchRule knows(String name, String... known) {
        String own = ROOT + "." + name + "..";
        String[] allowed = Stream.concat(Stream.of(own), Stream.of(known).map(k -> ROOT + "." + k + ".."))
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> others =
                resideInAnyPackage(ROOT + "..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
        return noClasses()
                .that()
                .resideInAPackage(own)
                .should()
                .dependOnClassesThat(others)
                .as("package '%s' knows only %s".formatted(name, String.join(", ", known)))
                .allowEmptyShould(true);
    }
}

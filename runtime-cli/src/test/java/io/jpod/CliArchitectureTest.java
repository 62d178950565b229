package io.jpod;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.jpod.linux.Fd;

/** What a command line may know: it translates for the engine, and shows. */
@AnalyzeClasses(
        packages = "io.jpod",
        importOptions = {ImportOption.DoNotIncludeTests.class, CliArchitectureTest.DoNotIncludeTestsOfCore.class})
class CliArchitectureTest {
    /** Once they are packaged, their place says no more what they are. */
    static final class DoNotIncludeTestsOfCore implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** What the caller's process is to the kernel, files as it sees them, and addresses as people write them. */
    private static final String EXCEPTIONS = "(Caller|CallerFile|CallerPath|PodOptions)";

    /** A descriptor that is handed on is no call. */
    @ArchTest
    static final ArchRule NO_KERNEL = noClasses()
            .that()
            .resideInAPackage("io.jpod.cli..")
            .and()
            .haveNameNotMatching("io\\.jpod\\.cli\\.(command|option)\\." + EXCEPTIONS + "(\\$.*)?")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.jpod.linux..", "io.jpod.abi..").and(not(belongToAnyOf(Fd.class))));

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.jpod.(*)..").should().beFreeOfCycles();

    /** From the line to verbs, from verbs to what they share. */
    @ArchTest
    static final ArchRule NO_CYCLES_OF_ROOMS =
            slices().matching("io.jpod.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_LINE_IS_ABOVE = noClasses()
            .that()
            .resideInAPackage("io.jpod.cli.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.jpod.cli");

    /** Whoever serves knows the command line, and not the other way round. */
    @ArchTest
    static final ArchRule SERVER_IS_ABOVE = noClasses()
            .that()
            .resideOutsideOfPackage("io.jpod.server..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.jpod.server..");
}

package io.jpod;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.stream.Stream;

/** Dependencies point down only. What a package may use is written here, and nowhere else. */
@AnalyzeClasses(packages = "io.jpod", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ABI = mayUse("abi");

    @ArchTest
    static final ArchRule JSON = mayUse("json");

    @ArchTest
    static final ArchRule OCI = mayUse("oci", "json");

    @ArchTest
    static final ArchRule SECCOMP = mayUse("seccomp", "oci", "json", "abi");

    @ArchTest
    static final ArchRule PLAN = mayUse("plan", "oci", "json", "seccomp", "abi");

    @ArchTest
    static final ArchRule LINUX = mayUse("linux", "abi");

    @ArchTest
    static final ArchRule CGROUP = mayUse("cgroup", "plan", "linux", "oci", "json", "abi");

    @ArchTest
    static final ArchRule EXEC = mayUse("exec", "cgroup", "plan", "linux", "oci", "json", "abi");

    @ArchTest
    static final ArchRule NET = mayUse("net", "exec", "cgroup", "plan", "linux", "oci", "json", "abi");

    @ArchTest
    static final ArchRule CONTAINER =
            mayUse("container", "exec", "cgroup", "plan", "linux", "oci", "json", "seccomp", "abi");

    @ArchTest
    static final ArchRule POD =
            mayUse("pod", "container", "net", "exec", "cgroup", "plan", "linux", "oci", "json", "seccomp", "abi");

    @ArchTest
    static final ArchRule ENGINE = mayUse(
            "engine", "pod", "container", "net", "exec", "cgroup", "plan", "linux", "oci", "json", "seccomp", "abi");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.jpod.(*)..").should().beFreeOfCycles();

    /** The plan of a container depends on its arguments alone. */
    @ArchTest
    static final ArchRule PLAN_IS_PURE = noClasses()
            .that()
            .resideInAnyPackage("io.jpod.plan..", "io.jpod.abi..")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("java.nio.file..", "java.net..", "java.lang.foreign..", "java.lang.management..")
                            .or(belongToAnyOf(
                                    java.io.File.class,
                                    java.io.InputStream.class,
                                    java.lang.ProcessHandle.class,
                                    java.util.Random.class)));

    /** Memory outside the heap, and calls of native functions. */
    @ArchTest
    static final ArchRule FOREIGN = noClasses()
            .that(not(resideInAPackage("io.jpod.linux..")))
            .should()
            .dependOnClassesThat(resideInAPackage("java.lang.foreign.."));

    /** Who uses memory at addresses: a program is laid out in it, and bpf(2) takes it. All others call what is typed. */
    @ArchTest
    static final ArchRule MEMORY = noClasses()
            .that(not(resideInAPackage("io.jpod.linux..")))
            .and()
            .haveNameNotMatching("io\\.jpod\\.exec\\.ThreadExecutor.*|io\\.jpod\\.cgroup\\.DeviceFilterAttachment.*")
            .should()
            .dependOnClassesThat(belongToAnyOf(io.jpod.linux.Memory.class));

    @ArchTest
    static final ArchRule JNR = noClasses()
            .that(not(resideInAPackage("io.jpod.linux..")))
            .should()
            .dependOnClassesThat(resideInAPackage("jnr.."));

    @ArchTest
    static final ArchRule JACKSON = noClasses()
            .that(not(resideInAPackage("io.jpod.json..")))
            .should()
            .dependOnClassesThat(resideInAPackage("com.fasterxml.."));

    /** A library neither prints nor ends the JVM, and has one way to start processes. */
    @ArchTest
    static final ArchRule NO_SYSTEM_OUT = noClasses()
            .that(resideInAnyPackage(
                    "io.jpod.abi..",
                    "io.jpod.json..",
                    "io.jpod.oci..",
                    "io.jpod.seccomp..",
                    "io.jpod.plan..",
                    "io.jpod.linux..",
                    "io.jpod.cgroup..",
                    "io.jpod.exec..",
                    "io.jpod.container..",
                    "io.jpod.net..",
                    "io.jpod.pod..",
                    "io.jpod.engine.."))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(ProcessBuilder.class);

    private static ArchRule mayUse(String name, String... others) {
        String[] allowed = Stream.concat(Stream.of(name), Arrays.stream(others))
                .map(other -> "io.jpod." + other + "..")
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage("io.jpod." + name + "..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed).or(not(resideInAPackage("io.jpod.."))));
    }
}

package io.jpod.plan;

import io.jpod.abi.Arch;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.Plan.By;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps to system calls: one pure, exhaustive switch. The builder's steps and the process's become a program each; what
 * the builder opens and the process uses crosses from one to the other by name.
 */
public final class Lowering {
    /** Inputs that the brain provides, in the order in which the process gets them: they stay open until execve. */
    public static final String STATUS = "status";

    public static final String START = "start";

    /** A connected console socket that the terminal is sent over. */
    public static final String CONSOLE = "console socket";

    /** The pidfd of a running container's first process. */
    public static final String CONTAINER = "container";

    /** Its root directory. */
    public static final String CONTAINER_ROOT = "root of the container";

    public static final String ROOTFS = "rootfs";

    static final String PROCFS = "procfs";
    static final String TERMINAL = "terminal";

    private final Assembler asm;
    private final Files files;
    private final MountCalls mounts;
    private final int preserve;
    private int kept;

    private Lowering(Arch arch, int preserve) {
        this.asm = new Assembler(arch);
        this.files = new Files(asm);
        this.mounts = new MountCalls(asm, files);
        this.preserve = preserve;
    }

    /**
     * Both programs of a plan.
     *
     * @param builder what a thread of the brain runs; its outputs are inputs of the process
     */
    public record Lowered(Program builder, Program process) {}

    /** @param preserve descriptors of the caller that the process keeps, from 3 on */
    public static Lowered lower(Plan plan, Arch arch, int preserve) {
        Lowering process = new Lowering(arch, preserve);
        process.keep(plan);
        process.lower(plan, By.PROCESS);
        Program processProgram = process.asm.finish(List.of());

        Lowering builder = new Lowering(arch, preserve);
        builder.lower(plan, By.BUILDER);
        List<String> outputs = new ArrayList<>();
        for (Program.Slot input : processProgram.inputs()) {
            if (builder.asm.defines(input.name())) {
                outputs.add(input.name());
            }
        }
        // What the brain itself needs: to clone into the one, and to pin the others.
        for (NamespaceType type : NamespaceType.values()) {
            String name = namespace(type);
            if (builder.asm.defines(name)
                    && !outputs.contains(name)
                    && (type == NamespaceType.PID || pins(plan, type))) {
                outputs.add(name);
            }
        }
        return new Lowered(builder.asm.finish(outputs), processProgram);
    }

    private static boolean pins(Plan plan, NamespaceType type) {
        return plan.entries().stream()
                .anyMatch(entry -> entry.step() instanceof BrainStep.PinNamespace pin && pin.type() == type);
    }

    /** The inputs that stay open beyond {@link ProcessStep.CloseDescriptors} come first. */
    private void keep(Plan plan) {
        asm.use(STATUS);
        for (Plan.Entry entry : plan.entries()) {
            if (entry.step() instanceof ProcessStep.AwaitStart) {
                asm.use(START);
            }
        }
        kept = asm.inputs();
    }

    private void lower(Plan plan, By by) {
        for (int i = 0; i < plan.entries().size(); i++) {
            Plan.Entry entry = plan.entries().get(i);
            if (entry.by() == by && entry.step() instanceof Step.Call step) {
                asm.step(i);
                lower(step);
            }
        }
    }

    private void lower(Step.Call step) {
        switch (step) {
            case HostStep host -> new HostCalls(asm, files, mounts).lower(host);
            case NamespaceStep namespace -> new NamespaceCalls(asm, files).lower(namespace);
            case RootfsStep rootfs -> new RootfsCalls(asm, files, mounts).lower(rootfs);
            case CredentialStep credential -> new CredentialCalls(asm).lower(credential);
            case ProcessStep process -> new ProcessCalls(asm, files, preserve, kept).lower(process);
        }
    }

    /** The name under which a namespace's descriptor goes. */
    public static String namespace(NamespaceType type) {
        return type.jsonName() + " namespace";
    }
}

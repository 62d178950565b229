import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;

/**
 * Rewrites jars of {@code lib/jpod}: what a JVM that lives as long as one command would do at each start is done
 * beforehand. What the classes do stays the same.
 *
 * <ul>
 *   <li>Classes from before Java 8 (picocli's) get the version and the stack maps of Java 8: the AOT cache of JDK 25
 *       leaves older ones out. Without, a cold run takes 73 % more CPU time: it goes when picocli is compiled for Java 8,
 *       or the cache takes what is older.
 *   <li>A switch over types is a method of its own, in place of a class that {@code SwitchBootstraps} makes when it is
 *       first met: 0.5 ms each, and 2 for the first. Without, a cold run takes 17 % more: it goes when the cache keeps
 *       those classes.
 *   <li>A static BigDecimal (the limits of an int and a long, in Jackson's parser) is made where it is asked for.
 *       Nobody asks, and BigDecimal's own static tables take 8 ms. Without, a cold run takes 14 % more: it goes when
 *       Jackson has them no more, or the cache keeps classes initialized.
 * </ul>
 *
 * <p>Run as a source file by the Makefile: {@code java -cp JARS Prelink.java JAR...}.
 */
final class Prelink {
    private static final ClassDesc BIG_DECIMAL = ClassDesc.of("java.math.BigDecimal");
    private static final ClassDesc BIG_INTEGER = ClassDesc.of("java.math.BigInteger");
    private static final MethodTypeDesc FROM_INTEGER = MethodTypeDesc.of(ConstantDescs.CD_void, BIG_INTEGER);
    private static final ClassDesc SWITCHES = ClassDesc.of("java.lang.runtime.SwitchBootstraps");

    private static final ClassFile CLASS_FILE = ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassHierarchyResolverOption.of(
                    ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader())));

    /** By the name of a static BigDecimal, the static BigInteger it is made of. */
    private final Map<String, FieldInstruction> decimals = new HashMap<>();

    public static void main(String[] args) throws IOException {
        for (String jar : args) {
            Path old = Path.of(jar);
            Path made = Path.of(jar + ".new");
            new Prelink().copy(old, made);
            Files.setLastModifiedTime(made, Files.getLastModifiedTime(old));
            Files.move(made, old, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Entries keep their times: the output depends on the input alone. */
    private void copy(Path jar, Path made) throws IOException {
        try (JarFile in = new JarFile(jar.toFile());
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(made))) {
            in.stream().filter(Prelink::isClass).forEach(entry -> findDecimals(CLASS_FILE.parse(read(in, entry))));
            in.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> copy(in, entry, out));
        }
    }

    private static boolean isClass(JarEntry entry) {
        return entry.getName().endsWith(".class") && !entry.getName().endsWith("module-info.class");
    }

    private static byte[] read(JarFile in, JarEntry entry) {
        try (InputStream stream = in.getInputStream(entry)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(JarFile in, JarEntry entry, JarOutputStream out) {
        try {
            ZipEntry copy = new ZipEntry(entry.getName());
            copy.setTime(entry.getTime());
            out.putNextEntry(copy);
            byte[] bytes = read(in, entry);
            out.write(isClass(entry) ? prelink(CLASS_FILE.parse(bytes), bytes) : bytes);
            out.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] prelink(ClassModel model, byte[] bytes) {
        boolean isOld = model.majorVersion() < ClassFile.JAVA_8_VERSION;
        if (!isOld && model.methods().stream().noneMatch(this::hasWork)) {
            return bytes;
        }
        List<TypeSwitch> switches = new ArrayList<>();
        ClassTransform transform = ClassTransform.ofStateful(() -> new ClassTransform() {
            @Override
            public void accept(ClassBuilder builder, ClassElement element) {
                switch (element) {
                    case ClassFileVersion _ when isOld -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
                    case MethodModel method
                    when isOld || hasWork(method) ->
                        builder.transformMethod(method, (into, part) -> {
                            if (part instanceof CodeModel code) {
                                into.transformCode(
                                        code, CodeTransform.ofStateful(() -> new Body(model, code, switches)));
                            } else {
                                into.with(part);
                            }
                        });
                    default -> builder.with(element);
                }
            }

            @Override
            public void atEnd(ClassBuilder builder) {
                switches.forEach(one -> one.addTo(builder));
            }
        });
        return CLASS_FILE.transformClass(model, transform);
    }

    private boolean hasWork(MethodModel method) {
        return method.code().stream()
                .flatMap(CodeModel::elementStream)
                .anyMatch(element -> isTypeSwitch(element) || isDecimal(element));
    }

    /** Copies the instructions of one method, but for what is done another way. */
    private final class Body implements CodeTransform {
        private final ClassModel type;
        private final List<TypeSwitch> switches;
        private final Set<Integer> dropped = new HashSet<>();
        private int index = -1;

        Body(ClassModel type, CodeModel code, List<TypeSwitch> switches) {
            this.type = type;
            this.switches = switches;
            makings(code.elementList()).forEach(dropped::addAll);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            index++;
            if (dropped.contains(index)) {
                return;
            }
            if (isTypeSwitch(element)) {
                InvokeDynamicInstruction call = (InvokeDynamicInstruction) element;
                TypeSwitch made =
                        new TypeSwitch("typeSwitch$" + switches.size(), call.typeSymbol(), call.bootstrapArgs());
                switches.add(made);
                code.invokestatic(
                        type.thisClass().asSymbol(),
                        made.name,
                        made.signature,
                        type.flags().has(AccessFlag.INTERFACE));
            } else if (isDecimal(element)) {
                FieldInstruction decimal = (FieldInstruction) element;
                if (decimal.opcode() != Opcode.GETSTATIC) {
                    throw new IllegalStateException(type.thisClass().asInternalName() + ": " + decimal);
                }
                FieldInstruction integer = decimals.get(decimal.name().stringValue());
                code.new_(BIG_DECIMAL).dup();
                code.getstatic(integer.owner().asSymbol(), integer.name().stringValue(), BIG_INTEGER);
                code.invokespecial(BIG_DECIMAL, ConstantDescs.INIT_NAME, FROM_INTEGER);
            } else {
                code.with(element);
            }
        }
    }

    /** {@code static final BigDecimal NAME = new BigDecimal(INTEGER)}: new, dup, getstatic, invokespecial, putstatic. */
    private static final int MAKING = 5;

    private void findDecimals(ClassModel model) {
        model.methods().stream()
                .filter(method -> method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME))
                .flatMap(method -> method.code().stream())
                .map(CodeModel::elementList)
                .forEach(elements -> makings(elements).forEach(places -> {
                    FieldInstruction integer = (FieldInstruction) elements.get(places.get(2));
                    FieldInstruction decimal = (FieldInstruction) elements.get(places.get(4));
                    decimals.put(decimal.name().stringValue(), integer);
                }));
    }

    /** Where instructions do just that: the places of the five. Between them are line numbers and the like. */
    private static List<List<Integer>> makings(List<CodeElement> elements) {
        List<Integer> places = IntStream.range(0, elements.size())
                .filter(i -> elements.get(i) instanceof Instruction)
                .boxed()
                .toList();
        return IntStream.rangeClosed(0, places.size() - MAKING)
                .mapToObj(i -> places.subList(i, i + MAKING))
                .filter(five -> isMaking(five.stream().map(elements::get).toList()))
                .toList();
    }

    private static boolean isMaking(List<CodeElement> five) {
        return five.get(0) instanceof NewObjectInstruction object
                && object.className().asSymbol().equals(BIG_DECIMAL)
                && five.get(2) instanceof FieldInstruction get
                && get.opcode() == Opcode.GETSTATIC
                && five.get(3) instanceof InvokeInstruction make
                && make.typeSymbol().equals(FROM_INTEGER)
                && five.get(4) instanceof FieldInstruction put
                && put.opcode() == Opcode.PUTSTATIC;
    }

    private boolean isDecimal(CodeElement element) {
        return element instanceof FieldInstruction field
                && field.typeSymbol().equals(BIG_DECIMAL)
                && decimals.containsKey(field.name().stringValue());
    }

    private static boolean isTypeSwitch(CodeElement element) {
        return element instanceof InvokeDynamicInstruction call
                && call.bootstrapMethod().owner().equals(SWITCHES)
                && call.bootstrapMethod().methodName().equals("typeSwitch")
                && call.bootstrapArgs().stream()
                        .allMatch(label -> label instanceof ClassDesc || label instanceof String);
    }

    /** A method that does what {@code SwitchBootstraps.typeSwitch} promises. */
    private record TypeSwitch(String name, MethodTypeDesc signature, List<ConstantDesc> labels) {
        void addTo(ClassBuilder builder) {
            int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;
            builder.withMethodBody(name, signature, flags, code -> {
                code.aload(0)
                        .ifThen(Opcode.IFNULL, none -> none.loadConstant(-1).ireturn());
                for (int i = 0; i < labels.size(); i++) {
                    int label = i;
                    // The second argument is the first label that still counts.
                    code.iload(1).loadConstant(label).ifThen(Opcode.IF_ICMPLE, open -> {
                        match(open, labels.get(label));
                        open.ifThen(Opcode.IFNE, yes -> yes.loadConstant(label).ireturn());
                    });
                }
                code.loadConstant(labels.size()).ireturn();
            });
        }

        private static void match(CodeBuilder code, ConstantDesc label) {
            if (label instanceof ClassDesc type) {
                code.aload(0).instanceOf(type);
            } else {
                code.loadConstant(label).aload(0);
                code.invokevirtual(
                        ConstantDescs.CD_Object,
                        "equals",
                        MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Object));
            }
        }
    }
}

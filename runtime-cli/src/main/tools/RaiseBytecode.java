import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.JSRInlinerAdapter;

/**
 * Copies a jar and raises its classes to Java 8's class file version, with stack maps. picocli is compiled for Java 5, and the
 * AOT cache of JDK 25 leaves out classes that old ("Old class has been linked"), which costs a cold jpod a third of its time.
 *
 * <p>Run as a source file by the Makefile: {@code java -cp ASM_JARS:IN_JAR RaiseBytecode.java IN_JAR OUT_JAR}.
 */
final class RaiseBytecode {
    public static void main(String[] args) throws IOException {
        // Entries keep their times: the output depends on the input alone.
        try (JarFile in = new JarFile(args[0]);
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(Path.of(args[1])))) {
            in.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> copy(in, entry, out));
        }
    }

    private static void copy(JarFile in, JarEntry entry, JarOutputStream out) {
        try (InputStream stream = in.getInputStream(entry)) {
            byte[] bytes = stream.readAllBytes();
            ZipEntry copy = new ZipEntry(entry.getName());
            copy.setTime(entry.getTime());
            out.putNextEntry(copy);
            out.write(entry.getName().endsWith(".class") ? raise(bytes) : bytes);
            out.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] raise(byte[] bytes) {
        ClassReader reader = new ClassReader(bytes);
        int version = reader.readUnsignedShort(6);
        if (version >= Opcodes.V1_8) {
            return bytes;
        }
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public void visit(int old, int access, String name, String signature, String base, String[] types) {
                        super.visit(Opcodes.V1_8, access, name, signature, base, types);
                    }

                    @Override
                    public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] ex) {
                        MethodVisitor method = super.visitMethod(access, name, type, signature, ex);
                        return new JSRInlinerAdapter(method, access, name, type, signature, ex);
                    }
                },
                ClassReader.SKIP_FRAMES);
        return writer.toByteArray();
    }
}

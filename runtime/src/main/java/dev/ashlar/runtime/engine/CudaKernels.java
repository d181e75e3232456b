package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Kernels in CUDA C, compiled for the device when they are first asked for and kept on disk, in {@code ~/.cache/ashlar/kernels} or where
 * {@code -Dashlar.kernels.cache} says. {@code -Dashlar.kernels=false} leaves all of them to libtorch, as does a host without NVRTC.
 */
final class CudaKernels implements AutoCloseable {
    /** Types, and how they are read and rounded: stands before every source. */
    private static final String HEAD = "head";

    private static final String SWITCH = "ashlar.kernels";
    private static final String CACHE = "ashlar.kernels.cache";

    private final CudaDevice device;
    private final boolean available;
    private final Map<String, CUmod_st> modules = new HashMap<>();
    private final Map<String, CudaKernel> kernels = new HashMap<>();

    CudaKernels(CudaDevice device) {
        this.device = device;
        this.available = !"false".equals(System.getProperty(SWITCH)) && hasCompiler();
    }

    /** Whether this process finds NVRTC. */
    static boolean hasCompiler() {
        int[] major = new int[1];
        int[] minor = new int[1];
        try {
            return nvrtc.nvrtcVersion(major, minor) == 0;
        } catch (LinkageError e) {
            System.getLogger(CudaKernels.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "NVRTC cannot be loaded; libtorch's own kernels take longer. Put libnvrtc.so.13 on the library path.");
            return false;
        }
    }

    /** Whether there are any. */
    boolean available() {
        return available;
    }

    /**
     * A kernel.
     *
     * @param source name of a resource beside this class, without {@code .cu}
     * @param name of the function
     * @param defines what the preprocessor is given, such as {@code BF16=1}
     */
    CudaKernel kernel(String source, String name, String... defines) {
        return kernel(source + " " + String.join(" ", defines), source, () -> text(source), name, defines);
    }

    /**
     * A kernel that was written for one purpose.
     *
     * @param title of its file on disk
     * @param code in CUDA C
     * @param name of the function
     * @param defines what the preprocessor is given
     */
    CudaKernel written(String title, String code, String name, String... defines) {
        Supplier<byte[]> text = () -> code.getBytes(StandardCharsets.UTF_8);
        return kernel(code + " " + String.join(" ", defines), title, text, name, defines);
    }

    private CudaKernel kernel(String module, String title, Supplier<byte[]> text, String name, String[] defines) {
        String key = module + " " + name;
        CudaKernel known = kernels.get(key);
        if (known == null) {
            known = new CudaKernel(device, function(loaded(module, title, text, defines), name));
            kernels.put(key, known);
        }
        return known;
    }

    /** The text of a resource beside this class, behind what all have in common. */
    static String resource(String source) {
        return new String(text(source), StandardCharsets.UTF_8);
    }

    private static CUfunc_st function(CUmod_st module, String name) {
        CUfunc_st function = new CUfunc_st();
        CudaKernel.check("cuModuleGetFunction " + name, cudart.cuModuleGetFunction(function, module, name));
        return function;
    }

    private CUmod_st loaded(String key, String source, Supplier<byte[]> text, String[] defines) {
        CUmod_st known = modules.get(key);
        if (known == null) {
            known = new CUmod_st();
            try (BytePointer binary = new BytePointer(binary(source, text.get(), defines))) {
                CudaKernel.check("cuModuleLoadData " + source, cudart.cuModuleLoadData(known, binary));
            }
            modules.put(key, known);
        }
        return known;
    }

    private byte[] binary(String source, byte[] text, String[] defines) {
        List<String> options = new ArrayList<>();
        options.add("--gpu-architecture=sm_" + device.architecture());
        for (String define : defines) {
            options.add("-D" + define);
        }
        try {
            Path file = folder().resolve(source + "-" + hash(text, options) + ".cubin");
            if (Files.exists(file)) {
                return Files.readAllBytes(file);
            }
            byte[] binary = compiled(source, text, options);
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), source, ".part");
            Files.write(part, binary);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return binary;
        } catch (IOException e) {
            throw new AshlarException(
                    "The compiled kernel of " + source + " cannot be kept: " + e.getMessage()
                            + "; name a folder that can be written with -D" + CACHE + "=DIR.",
                    e);
        }
    }

    private static Path folder() {
        String named = System.getProperty(CACHE);
        return named == null ? Path.of(System.getProperty("user.home"), ".cache", "ashlar", "kernels") : Path.of(named);
    }

    private static byte[] text(String source) {
        try (InputStream head = CudaKernels.class.getResourceAsStream(HEAD + ".cu");
                InputStream stream = CudaKernels.class.getResourceAsStream(source + ".cu")) {
            if (head == null || stream == null) {
                throw new IllegalArgumentException("there is no kernel source " + source);
            }
            return new SequenceInputStream(head, stream).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of all that the binary follows from. */
    private static String hash(byte[] text, List<String> options) {
        int[] version = new int[2];
        int[] minor = new int[1];
        nvrtc.nvrtcVersion(version, minor);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text);
            digest.update((options + " " + version[0] + "." + minor[0]).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), 12));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The binary of a source in CUDA C. */
    static byte[] compiled(String source, byte[] text, List<String> options) {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer code = new BytePointer(Arrays.copyOf(text, text.length + 1));
                BytePointer name = new BytePointer(source + ".cu");
                PointerPointer<BytePointer> flags = new PointerPointer<>(options.toArray(String[]::new));
                SizeTPointer size = new SizeTPointer(1)) {
            check(source, nvrtc.nvrtcCreateProgram(program, code, name, 0, (PointerPointer) null, (PointerPointer)
                    null));
            int result = nvrtc.nvrtcCompileProgram(program, options.size(), flags);
            if (result != 0) {
                throw new AshlarException("NVRTC does not compile " + source + ".cu: " + log(program));
            }
            check(source, nvrtc.nvrtcGetCUBINSize(program, size));
            byte[] binary = new byte[Math.toIntExact(size.get())];
            check(source, nvrtc.nvrtcGetCUBIN(program, binary));
            return binary;
        } finally {
            nvrtc.nvrtcDestroyProgram(program);
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            nvrtc.nvrtcGetProgramLogSize(program, size);
            try (BytePointer text = new BytePointer(Math.max(1, size.get()))) {
                nvrtc.nvrtcGetProgramLog(program, text);
                return text.getString().lines().findFirst().orElse("no log");
            }
        }
    }

    private static void check(String source, int result) {
        if (result != 0) {
            throw new AshlarException("NVRTC failed on " + source + ".cu: "
                    + nvrtc.nvrtcGetErrorString(result).getString());
        }
    }

    @Override
    public void close() {
        kernels.values().forEach(CudaKernel::close);
        kernels.clear();
        modules.values().forEach(module -> CudaKernel.check("cuModuleUnload", cudart.cuModuleUnload(module)));
        modules.clear();
    }
}

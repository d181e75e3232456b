package dev.ashlar.runtime.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DebugInfoBase;
import org.bytedeco.pytorch.MemoryReportingInfoBase;
import org.bytedeco.pytorch.ThreadLocalDebugInfo;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DebugInfoKind;
import org.jspecify.annotations.Nullable;

/**
 * The hook into libtorch's allocator: an object of the C++ class {@code c10::MemoryReportingInfoBase} whose table of virtual functions
 * calls back into Java. It makes no copy of anything and throws nothing.
 */
final class AllocationHook implements AutoCloseable {
    /** {@code c10::DeviceType::CPU}, the low byte of a {@code c10::Device}. */
    private static final int CPU = 0;

    /** Two words before the functions: the offset to the top and the type information, which nothing asks for. */
    private static final long VTABLE_HEADER = 16;

    private final Thread owner = Thread.currentThread();
    private final AllocationCounter counter;
    private final MemorySegment object;

    /** libtorch may keep the object after it is popped, so its few hundred bytes are never freed. */
    private AllocationHook(AllocationCounter counter) {
        this.counter = counter;
        Arena arena = Arena.global();
        MemorySegment table = arena.allocate(VTABLE_HEADER + 5 * ADDRESS.byteSize(), 16);
        MethodType destructor = MethodType.methodType(void.class, MemorySegment.class);
        MemorySegment destroy = stub("destroy", destructor, FunctionDescriptor.ofVoid(ADDRESS), arena);
        table.set(ADDRESS, VTABLE_HEADER, destroy);
        table.set(ADDRESS, VTABLE_HEADER + 8, destroy);
        table.set(ADDRESS, VTABLE_HEADER + 16, reportStub(arena));
        table.set(ADDRESS, VTABLE_HEADER + 24, outOfMemoryStub(arena));
        MethodType question = MethodType.methodType(boolean.class, MemorySegment.class);
        table.set(
                ADDRESS,
                VTABLE_HEADER + 32,
                stub("enabled", question, FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS), arena));
        object = arena.allocate(64, 16);
        object.set(JAVA_LONG, 0, table.address() + VTABLE_HEADER);
    }

    static @Nullable AllocationHook install(AllocationCounter counter) {
        // The first touch of a libtorch class loads its libraries, before which there is no debug info to push.
        torch.memoryProfilingEnabled();
        AllocationHook hook = new AllocationHook(counter);
        try (MemoryReportingInfoBase info = new MemoryReportingInfoBase(new At(hook.object.address()))) {
            ThreadLocalDebugInfo._push(DebugInfoKind.PROFILER_STATE, info);
        }
        return hook;
    }

    private MemorySegment reportStub(Arena arena) {
        MethodType type = MethodType.methodType(
                void.class, MemorySegment.class, MemorySegment.class, long.class, long.class, long.class, short.class);
        FunctionDescriptor descriptor =
                FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_SHORT);
        return stub("report", type, descriptor, arena);
    }

    private MemorySegment outOfMemoryStub(Arena arena) {
        MethodType type =
                MethodType.methodType(void.class, MemorySegment.class, long.class, long.class, long.class, short.class);
        FunctionDescriptor descriptor = FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_SHORT);
        return stub("outOfMemory", type, descriptor, arena);
    }

    private MemorySegment stub(String method, MethodType type, FunctionDescriptor descriptor, Arena arena) {
        try {
            MethodHandle handle = MethodHandles.lookup().bind(this, method, type);
            return Linker.nativeLinker().upcallStub(handle, descriptor, arena);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the methods below are what it looks for", e);
        }
    }

    void report(MemorySegment self, MemorySegment data, long bytes, long total, long reserved, short device) {
        if ((device & 0xff) == CPU) {
            counter.add(bytes);
        }
    }

    /** Nothing to count: libtorch throws after this. */
    void outOfMemory(MemorySegment self, long bytes, long total, long reserved, short device) {}

    boolean enabled(MemorySegment self) {
        return true;
    }

    /** The memory belongs to the arena. */
    void destroy(MemorySegment self) {}

    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("a memory meter is closed by the thread that opened it");
        }
        try (DebugInfoBase top = ThreadLocalDebugInfo._peek(DebugInfoKind.PROFILER_STATE)) {
            if (top == null || top.address() != object.address()) {
                throw new IllegalStateException("the memory meter opened last is closed first");
            }
        }
        ThreadLocalDebugInfo._pop(DebugInfoKind.PROFILER_STATE).close();
    }

    /** A pointer to memory that JavaCPP does not own. */
    private static final class At extends Pointer {
        At(long address) {
            this.address = address;
        }
    }
}

package dev.ashlar.processor.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ashlar.runtime.engine.Engine;
import dev.ashlar.runtime.engine.Ops;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assertions;

/** Calls the runtime's kernels by name and checks that their results are what operators declare. */
public final class LiveKernels {
    private final Engine engine;

    public LiveKernels(Engine engine) {
        this.engine = engine;
    }

    List<Handle> calls(String kernel, List<Result> results, Argument... arguments) {
        Object[] values = Arrays.stream(arguments).map(LiveKernels::value).toArray();
        Tensor[] tensors = call(kernel, values);
        assertEquals(results.size(), tensors.length, kernel + ": number of results");
        List<Handle> handles = new ArrayList<>();
        for (int i = 0; i < tensors.length; i++) {
            check(kernel + " result " + i, results.get(i), tensors[i], values);
            handles.add(new LiveHandle(results.get(i).type(), tensors[i]));
        }
        return handles;
    }

    /** What a kernel returns, null where it makes nothing; a list of numbers is given as {@code long[]}. */
    public Tensor[] call(String kernel, Object... values) {
        Method method = method(kernel, values);
        Object made = invoke(method, takesMany(method) ? gathered(method, values) : values);
        return made instanceof Tensor one ? new Tensor[] {one} : (Tensor[]) made;
    }

    private static Object value(Argument argument) {
        if (argument instanceof LiveHandle handle) {
            return handle.tensor();
        }
        if (argument instanceof LivePart.Peers peers) {
            return peers.ranks();
        }
        Object value = ((Argument.Literal) argument).value();
        return value instanceof List<?> list
                ? list.stream().mapToLong(n -> (Long) n).toArray()
                : value;
    }

    private static Method method(String kernel, Object[] values) {
        List<Method> fitting = Arrays.stream(Ops.class.getMethods())
                .filter(m -> m.getName().equals(kernel) && fits(m, values))
                .toList();
        assertEquals(
                1,
                fitting.size(),
                () -> "kernels " + kernel + " for "
                        + Arrays.stream(values)
                                .map(v -> v.getClass().getSimpleName())
                                .toList());
        return fitting.get(0);
    }

    private static boolean takesMany(Method method) {
        Class<?>[] types = method.getParameterTypes();
        return method.isVarArgs() && types[types.length - 1] == Tensor[].class;
    }

    /** A method that takes any number of tensors last takes them as one. */
    private static Object[] gathered(Method method, Object[] values) {
        int before = method.getParameterCount() - 1;
        Object[] gathered = Arrays.copyOf(values, before + 1);
        gathered[before] = Arrays.copyOfRange(values, before, values.length, Tensor[].class);
        return gathered;
    }

    private static boolean fits(Method method, Object[] values) {
        Class<?>[] types = method.getParameterTypes();
        if (!takesMany(method)) {
            return fits(types, values);
        }
        int before = types.length - 1;
        return values.length > before
                && fits(Arrays.copyOf(types, before), Arrays.copyOf(values, before))
                && Arrays.stream(values).skip(before).allMatch(Tensor.class::isInstance);
    }

    private static boolean fits(Class<?>[] types, Object[] values) {
        if (types.length != values.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            boolean fits = types[i].isInstance(values[i])
                    || types[i] == long.class && values[i] instanceof Long
                    || types[i] == double.class && values[i] instanceof Double
                    || types[i] == boolean.class && values[i] instanceof Boolean;
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private Object invoke(Method method, Object[] values) {
        try {
            return method.invoke(engine.ops(), values);
        } catch (InvocationTargetException e) {
            return Assertions.fail(method + ": " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private void check(String what, Result result, Tensor tensor, Object[] arguments) {
        if (result.name().equals("-")) {
            assertNull(tensor, what + " is not needed");
            return;
        }
        assertNotNull(tensor, what);
        assertArrayEquals(
                result.type().sizes().stream().mapToLong(n -> n).toArray(), shape(tensor), what + " " + result.name());
        assertEquals(type(result.type().element()), tensor.scalar_type().intern(), what + " " + result.name());
        if (!result.view()) {
            for (Object argument : arguments) {
                assertTrue(
                        !(argument instanceof Tensor t)
                                || t.numel() == 0
                                || t.storage().data().address()
                                        != tensor.storage().data().address(),
                        what + " shares storage with an argument, but is not declared a view");
            }
        }
    }

    ScalarType type(Element element) {
        return switch (element) {
            case FLOAT32 -> ScalarType.Float;
            case INT64 -> ScalarType.Long;
            case COMPUTE ->
                engine.compute() == dev.ashlar.runtime.DType.FLOAT32 ? ScalarType.Float : ScalarType.BFloat16;
        };
    }

    static long[] shape(Tensor tensor) {
        long[] shape = new long[(int) tensor.dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }
}

package dev.ashlar.runtime.engine;

import dev.ashlar.runtime.AshlarException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.ListType;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorHandleOptional;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** An operator that the presets have no method for, called through libtorch's dispatcher. Belongs to one thread. */
final class NativeOperator implements AutoCloseable {
    private final String name;
    private final int arity;
    private final OperatorHandle handle;
    private final ListType tensorList = ListType.ofTensors();
    private final Type.TypePtr tensorType = tensorList.containedType(0);
    private final ListType flagList = ListType.ofBools();
    private final Type.TypePtr flagType = flagList.containedType(0);

    private NativeOperator(String name, int arity, OperatorHandle handle) {
        this.name = name;
        this.arity = arity;
        this.handle = handle;
    }

    /** The operator {@code aten::name} without an overload. */
    static NativeOperator find(String name, int arity) {
        return find(name, "", arity);
    }

    /**
     * The operator {@code aten::name}.
     *
     * @param overload its overload; empty for the first
     * @param arity how many arguments its schema has
     * @throws AshlarException if this libtorch has none of that name or with another number of arguments
     */
    static NativeOperator find(String name, String overload, int arity) {
        try (OperatorName key = new OperatorName("aten::" + name, overload);
                OperatorHandleOptional found = Dispatcher.singleton().findSchema(key)) {
            if (!found.has_value()) {
                throw new AshlarException("This libtorch has no operator aten::" + name
                        + "; put the org.bytedeco:pytorch version of Ashlar's pom on the class path.");
            }
            OperatorHandle handle = new OperatorHandle(found.get());
            int expected = arityOf(handle);
            if (expected != arity) {
                handle.close();
                throw new AshlarException("aten::" + name + " takes " + expected + " arguments in this libtorch, not "
                        + arity + "; put the org.bytedeco:pytorch version of Ashlar's pom on the class path.");
            }
            return new NativeOperator(name, arity, handle);
        }
    }

    /** Counted in the printed schema: the presets mistype the list of arguments. */
    private static int arityOf(OperatorHandle handle) {
        String state;
        try (BytePointer text = handle.dumpState()) {
            state = text.getString();
        }
        int open = state.indexOf('(', state.indexOf("schema: "));
        int depth = 0;
        int count = 0;
        for (int i = open; i < state.length(); i++) {
            char c = state.charAt(i);
            if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
                if (depth == 0) {
                    String arguments = state.substring(open + 1, i);
                    // A lone star separates keyword arguments and is none itself.
                    return arguments.isBlank() ? 0 : count + 1 - (arguments.contains("*,") ? 1 : 0);
                }
            } else if (c == ',' && depth == 1) {
                count++;
            }
        }
        throw new IllegalStateException("no schema in " + state);
    }

    /**
     * Calls it.
     *
     * @param arguments {@link Tensor}, {@code Tensor[]}, {@link Long}, {@link Double}, {@link Boolean}, {@link ScalarType},
     *     {@code boolean[]}, or null for an optional that is left out
     * @return the results, owned; null where one is undefined
     */
    @Nullable
    Tensor[] call(@Nullable Object... arguments) {
        if (arguments.length != arity) {
            // The kernel would read past the stack.
            throw new IllegalArgumentException(name + " takes " + arity + " arguments, not " + arguments.length);
        }
        try (IValueVector stack = new IValueVector(arity)) {
            for (int i = 0; i < arity; i++) {
                try (IValue value = boxed(arguments[i])) {
                    stack.put(i, value);
                }
            }
            handle.callBoxed(stack);
            return results(stack);
        }
    }

    /** Calls an operator with exactly one result. */
    Tensor callForOne(@Nullable Object... arguments) {
        @Nullable Tensor[] results = call(arguments);
        Tensor only = results.length == 1 ? results[0] : null;
        if (only == null) {
            Tensors.close(results);
            throw new IllegalStateException(name + " has " + results.length + " results, not one");
        }
        return only;
    }

    private static @Nullable Tensor[] results(IValueVector stack) {
        int count = Math.toIntExact(stack.size());
        @Nullable Tensor[] results = new @Nullable Tensor[count];
        for (int i = 0; i < count; i++) {
            IValue value = stack.get(i);
            if (value.isTensor()) {
                try (Tensor tensor = value.toTensor()) {
                    results[i] = Tensors.owned(tensor);
                }
            }
        }
        return results;
    }

    private IValue boxed(@Nullable Object argument) {
        if (argument == null) {
            return new IValue();
        } else if (argument instanceof Tensor tensor) {
            return new IValue(tensor);
        } else if (argument instanceof Long number) {
            return new IValue(number.longValue());
        } else if (argument instanceof Double number) {
            return new IValue(number.doubleValue());
        } else if (argument instanceof Boolean flag) {
            return new IValue(flag.booleanValue());
        } else if (argument instanceof ScalarType type) {
            return new IValue(type);
        } else if (argument instanceof Tensor[] tensors) {
            return boxed(tensors);
        } else if (argument instanceof boolean[] flags) {
            return boxed(flags);
        }
        throw new IllegalArgumentException("no argument of " + argument.getClass() + " is known");
    }

    private IValue boxed(Tensor[] tensors) {
        try (GenericList list = new GenericList(tensorType)) {
            for (Tensor tensor : tensors) {
                try (IValue value = new IValue(tensor)) {
                    list.push_back(value);
                }
            }
            return new IValue(list);
        }
    }

    private IValue boxed(boolean[] flags) {
        try (GenericList list = new GenericList(flagType)) {
            for (boolean flag : flags) {
                try (IValue value = new IValue(flag)) {
                    list.push_back(value);
                }
            }
            return new IValue(list);
        }
    }

    @Override
    public void close() {
        flagType.close();
        flagList.close();
        tensorType.close();
        tensorList.close();
        handle.close();
    }
}

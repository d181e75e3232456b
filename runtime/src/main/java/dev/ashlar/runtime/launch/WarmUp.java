package dev.ashlar.runtime.launch;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Unpacks the native libraries, which several processes must not do at once. */
final class WarmUp {
    private WarmUp() {}

    public static void main(String[] arguments) {
        Loader.load(torch.class);
    }
}

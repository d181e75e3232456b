package dev.ashlar.runtime.launch;

import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/** Unpacks the native libraries, which several processes must not do at once. */
final class WarmUp {
    private WarmUp() {}

    public static void main(String[] arguments) {
        Loader.load(torch.class);
        try {
            Loader.load(nvrtc.class); // first: without CUDA's jar it is this class that is missing
            Loader.load(torch_cuda.class);
        } catch (LinkageError absent) {
            return; // most hosts have no CUDA; a rank that needs it says so itself
        }
    }
}

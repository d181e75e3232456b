package dev.ashlar.runtime.engine;

/** What operators run on. */
public enum DeviceKind {
    CPU("cpu"),
    CUDA("cuda");

    private final String torchName;

    DeviceKind(String torchName) {
        this.torchName = torchName;
    }

    String torchName() {
        return torchName;
    }
}

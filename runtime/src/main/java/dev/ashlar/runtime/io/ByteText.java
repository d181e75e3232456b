package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A text as bytes: its vocabulary is the 256 values of a byte, so that any file is a text. */
public final class ByteText {
    private static final int UNSIGNED_BYTE = 0xff;

    private final byte[] bytes;

    private ByteText(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The UTF-8 bytes of a text. */
    public static ByteText of(String text) {
        return new ByteText(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The bytes of a file.
     *
     * @throws AshlarException if it cannot be read, is empty, or is larger than 2 GiB
     */
    public static ByteText read(Path file) {
        FileErrors.requireFile(file);
        try {
            long size = Files.size(file);
            if (size == 0) {
                throw new AshlarException(file + " is empty; give a text to learn from");
            }
            if (size > Integer.MAX_VALUE - Long.BYTES) {
                throw new AshlarException(file + " has " + size + " bytes, more than a Java array holds; split it");
            }
            return new ByteText(Files.readAllBytes(file));
        } catch (IOException e) {
            throw FileErrors.reading(file, e);
        }
    }

    /** The number of bytes. */
    public int size() {
        return bytes.length;
    }

    /** Byte {@code index} as a number in [0, 256). */
    public int at(int index) {
        return bytes[index] & UNSIGNED_BYTE;
    }

    /** A text to learn from and a text to judge by. */
    public record Split(ByteText train, ByteText heldOut) {}

    /**
     * Holds out the end of the text.
     *
     * @param heldOut the part held out, between 0 and 1
     * @throws AshlarException if it is not between 0 and 1
     */
    public Split split(double heldOut) {
        if (!(heldOut > 0 && heldOut < 1)) {
            throw new AshlarException(
                    "the part " + heldOut + " of a text cannot be held out; give one between 0 and 1");
        }
        int cut = (int) Math.round(bytes.length * (1 - heldOut));
        return new Split(
                new ByteText(Arrays.copyOfRange(bytes, 0, cut)),
                new ByteText(Arrays.copyOfRange(bytes, cut, bytes.length)));
    }
}

package dev.ashlar.runtime.io;

import dev.ashlar.runtime.AshlarException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What goes wrong with files, in one sentence each. */
final class FileErrors {
    private FileErrors() {}

    /** Refuses what is not a file that can be opened, with the reason that a person can act on. */
    static void requireFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new AshlarException(file + " is a directory; give the path of a file");
        }
        if (!Files.exists(file)) {
            throw new AshlarException("there is no file " + file + "; the working directory is "
                    + Path.of("").toAbsolutePath());
        }
    }

    static AshlarException reading(Path file, IOException e) {
        return new AshlarException(file + " cannot be read: " + reason(e), e);
    }

    static AshlarException writing(Path file, IOException e) {
        return new AshlarException(file + " cannot be written: " + reason(e), e);
    }

    private static String reason(IOException e) {
        if (String.valueOf(e.getMessage()).contains("No space left")) {
            return "no space is left on the disk; free some, or write elsewhere";
        }
        if (e instanceof NoSuchFileException) {
            return "its directory does not exist; create it first";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied; check its owner and mode";
        }
        if (e instanceof CharacterCodingException) {
            return "it is not UTF-8 text; convert it first";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}

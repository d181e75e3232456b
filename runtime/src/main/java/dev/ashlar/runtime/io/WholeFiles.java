package dev.ashlar.runtime.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files so that a reader sees the old one or the new one, never a part. */
final class WholeFiles {
    private WholeFiles() {}

    interface Writer {
        void write(Path temporary) throws IOException;
    }

    static void write(Path file, Writer writer) {
        Path directory = file.toAbsolutePath().normalize().getParent();
        if (directory == null || Files.isDirectory(file)) {
            throw FileErrors.writing(file, new IOException("it is a directory; give the path of a file"));
        }
        try {
            // The same directory: a rename over file systems is a copy, and a copy is not atomic.
            Path temporary = directory.resolve(
                    "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
            try {
                writer.write(temporary);
                force(temporary, StandardOpenOption.WRITE);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw FileErrors.writing(file, e);
        }
    }

    /** A rename is lasting only when its directory is on the disk; file systems that do not open directories need no such help. */
    static void forceDirectory(Path directory) throws IOException {
        if (!System.getProperty("os.name").startsWith("Windows")) {
            force(directory, StandardOpenOption.READ);
        }
    }

    private static void force(Path file, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(file, access)) {
            channel.force(true);
        }
    }
}

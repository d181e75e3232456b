package dev.ashlar.runtime.dist;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Where ranks run: those of one host can map each other's memory. */
final class Hosts {
    /** Made anew at every start of a Linux host. */
    private static final Path START = Path.of("/proc/sys/kernel/random/boot_id");

    private Hosts() {}

    /**
     * Whether all ranks run on one host; the same on all.
     *
     * @param name the same on all ranks, and asked once
     * @throws PeerException if not all ranks come in time
     */
    static boolean isOne(Board board, String name, int rank, int ranks, Duration patience) {
        String own = own();
        board.post(key(name, rank), own);
        boolean one = true;
        for (int other = 0; other < ranks; other++) {
            try {
                Optional<String> theirs = board.read(board.await(List.of(key(name, other)), patience));
                one &= theirs.filter(own::equals).isPresent();
            } catch (TimeoutException e) {
                throw new PeerException("rank " + other + " did not come within " + patience.toSeconds()
                        + " s to say where it runs; check whether it was started");
            }
        }
        return one;
    }

    private static String key(String name, int rank) {
        return name + "host of " + rank;
    }

    private static String own() {
        try {
            String start = Files.isReadable(START) ? Files.readString(START).strip() : "";
            return InetAddress.getLocalHost().getHostName() + " " + start;
        } catch (IOException e) {
            return "unnamed host of process " + ProcessHandle.current().pid(); // like no other: nothing is mapped then
        }
    }
}

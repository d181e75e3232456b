package dev.ashlar.runtime.dist;

/**
 * What carries tensors between ranks.
 *
 * @param cuda whether they are on a CUDA device, where NCCL exchanges them; Gloo does on the host
 * @param device number of this rank's device on its host
 */
public record Transport(boolean cuda, int device) {
    /** Between processes' memory. */
    public static Transport host() {
        return new Transport(false, 0);
    }

    /** Between CUDA devices. */
    public static Transport cuda(int device) {
        return new Transport(true, device);
    }

    Group connect(Rendezvous rendezvous, String name, int rank, int size, Limits limits, Watch watch) {
        return cuda
                ? NcclGroup.connect(rendezvous, name, rank, size, limits, device, watch.board())
                : GlooGroup.connect(rendezvous, name, rank, size, limits, watch);
    }
}

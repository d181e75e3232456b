// Adds what several ranks have made of one part, in their order; sums are in floats and rounded once.

#define VECTOR (16 / (int)sizeof(E)) // numbers that a thread reads at once

union Pack {
    uint4 whole;
    E part[VECTOR];
};

// own is this rank's addend, the place-th of all; those of the others are slots of so many bytes, one behind the other.
extern "C" __global__ void sum_parts(uint4* result, const uint4* own, const char* slots, long long slotBytes, int ranks, int place, long long packs) {
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < packs; i += (long long)gridDim.x * blockDim.x) {
        float sum[VECTOR] = {};
        for (int rank = 0; rank < ranks; rank++) {
            Pack addend;
            addend.whole = rank == place ? own[i] : ((const uint4*)(slots + rank * slotBytes))[i];
#pragma unroll
            for (int v = 0; v < VECTOR; v++) {
                sum[v] += wide(addend.part[v]);
            }
        }
        Pack rounded;
#pragma unroll
        for (int v = 0; v < VECTOR; v++) {
            narrow(sum[v], rounded.part[v]);
        }
        result[i] = rounded.whole;
    }
}

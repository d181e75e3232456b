// A tensor times a number that the device has. E is the type of its elements: 16 bits of a bfloat16, or float.

#define VECTOR (16 / (int)sizeof(E)) // elements a thread reads at once
#define THREADS 256

union Pack {
    uint4 whole;
    E part[VECTOR];
};

// x *= *factor; by one, which is most common, nothing is read.
extern "C" __global__ void __launch_bounds__(THREADS) scale(E* x, const float* factor, long long count) {
    float by = *factor;
    if (by == 1.f) return;
    long long first = (long long)blockIdx.x * THREADS + threadIdx.x;
    long long step = (long long)gridDim.x * THREADS;
    long long vectors = ((unsigned long long)x & 15) == 0 ? count / VECTOR : 0;
    for (long long i = first; i < vectors; i += step) {
        Pack pack;
        pack.whole = ((const uint4*)x)[i];
#pragma unroll
        for (int j = 0; j < VECTOR; j++) pack.part[j] = narrow(wide(pack.part[j]) * by);
        ((uint4*)x)[i] = pack.whole;
    }
    for (long long i = vectors * VECTOR + first; i < count; i += step) x[i] = narrow(wide(x[i]) * by);
}

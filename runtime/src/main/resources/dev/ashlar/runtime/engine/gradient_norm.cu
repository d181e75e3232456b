// The factor that cuts the joint 2-norm of gradients down, without the host. E is their type: 16 bits of a bfloat16, or float.

#define VECTOR (16 / (int)sizeof(E)) // numbers a thread reads at once

#define THREADS 256
#define CHUNK 16384 // numbers that a block takes at a time
#define MOST 160    // tensors of a launch: all arguments are within 4096 bytes

struct Part {
    const E* gradient;
    long long count;
    long long first; // chunk
};

struct Table {
    Part parts[MOST];
};

union Pack {
    uint4 whole;
    E part[VECTOR];
};

// The sum over a block, in its first thread.
static __device__ __forceinline__ double total(double x) {
    __shared__ double slots[THREADS / 32];
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) x += __shfl_xor_sync(0xffffffffu, x, offset);
    if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = x;
    __syncthreads();
    double all = 0;
    if (threadIdx.x == 0)
        for (int i = 0; i < THREADS / 32; i++) all += slots[i];
    return all;
}

static __device__ __forceinline__ float squares(const E* gradient, long long begin, long long end) {
    float sum = 0.f;
    long long rest = begin; // numbers from here on are taken one by one
    if (((unsigned long long)gradient & 15) == 0) {
        rest = end / VECTOR * VECTOR;
        for (long long i = begin / VECTOR + threadIdx.x; i < end / VECTOR; i += THREADS) {
            Pack pack;
            pack.whole = ((const uint4*)gradient)[i];
#pragma unroll
            for (int j = 0; j < VECTOR; j++) sum = fmaf(wide(pack.part[j]), wide(pack.part[j]), sum);
        }
    }
    for (long long i = rest + threadIdx.x; i < end; i += THREADS) sum = fmaf(wide(gradient[i]), wide(gradient[i]), sum);
    return sum;
}

// sums[block] = the sum of squares of the block's chunks of all tensors; the same blocks add to it where more is set.
extern "C" __global__ void __launch_bounds__(THREADS) partial(
    const __grid_constant__ Table table, int size, long long chunks, double* sums, int more) {
    double sum = 0;
    for (long long chunk = blockIdx.x; chunk < chunks; chunk += gridDim.x) {
        int which = 0; // the last part that begins with this chunk or before
        for (int end = size; which + 1 < end;) {
            int middle = (which + end) / 2;
            if (table.parts[middle].first <= chunk)
                which = middle;
            else
                end = middle;
        }
        long long begin = (chunk - table.parts[which].first) * CHUNK;
        long long count = table.parts[which].count;
        sum += squares(table.parts[which].gradient, begin, begin + CHUNK < count ? begin + CHUNK : count);
    }
    double all = total(sum);
    if (threadIdx.x == 0) sums[blockIdx.x] = more ? sums[blockIdx.x] + all : all;
}

// totals[block] = the sum of as many sums as there are, from the block's first on.
extern "C" __global__ void __launch_bounds__(THREADS) collect(const double* sums, double* totals, int count) {
    double sum = 0;
    for (int i = threadIdx.x; i < count; i += THREADS) sum += sums[(long long)blockIdx.x * count + i];
    double all = total(sum);
    if (threadIdx.x == 0) totals[blockIdx.x] = all;
}

// factor = most / (norm + eps) where the norm is larger, else 1; of a norm that is no number, too.
extern "C" __global__ void cut(const double* totals, int count, double most, double eps, float* factor) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += totals[i];
    double norm = sqrt(sum);
    *factor = norm > most ? (float)(most / (norm + eps)) : 1.f;
}

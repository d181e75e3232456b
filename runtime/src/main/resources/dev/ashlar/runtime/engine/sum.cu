// Adds what several ranks have made of one part, in their order: T is 16 bits of a bfloat16, or float; sums are in floats and rounded once.

typedef unsigned short Half;
static __device__ __forceinline__ float wide(Half x) { return __uint_as_float((unsigned)x << 16); }
static __device__ __forceinline__ float wide(float x) { return x; }
static __device__ __forceinline__ void narrow(float x, Half& result) { asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x)); }
static __device__ __forceinline__ void narrow(float x, float& result) { result = x; }

#ifdef BF16
typedef Half T;
#define VECTOR 8 // numbers of 16 bytes
#else
typedef float T;
#define VECTOR 4
#endif

union Pack {
    uint4 whole;
    T part[VECTOR];
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

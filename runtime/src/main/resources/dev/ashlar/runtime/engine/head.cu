// Stands before every other source here. E is the type of a tensor's elements: 16 bits of a bfloat16 where BF16 is set, else float. What lies
// between is a float.

typedef unsigned short Half;
#ifdef BF16
typedef Half E;
#else
typedef float E;
#endif

static __device__ __forceinline__ float wide(Half x) { return __uint_as_float((unsigned)x << 16); }
static __device__ __forceinline__ float wide(float x) { return x; }
static __device__ __forceinline__ void narrow(float x, Half& result) { asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(x)); }
static __device__ __forceinline__ void narrow(float x, float& result) { result = x; }
static __device__ __forceinline__ E narrow(float x) {
    E r;
    narrow(x, r);
    return r;
}


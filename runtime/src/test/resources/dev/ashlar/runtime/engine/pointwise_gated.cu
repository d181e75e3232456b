static __device__ __forceinline__ void element(float x0, float x1, float x2, float& y0, float& y1) {
    float t0 = silu(x1);
    y0 = siluGradient(multiply(x0, x2), x1);
    y1 = multiply(x0, t0);
}

extern "C" __global__ void __launch_bounds__(256) pointwise(const E* in0, const E* in1, const E* in2, E* out0, E* out1, unsigned elements, unsigned packs) {
    unsigned stride = gridDim.x * blockDim.x;
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    for (unsigned i = thread; i < packs; i += stride) {
        Pack x0, x1, x2, y0, y1;
        x0.whole = ((const uint4*)in0)[i];
        x1.whole = ((const uint4*)in1)[i];
        x2.whole = ((const uint4*)in2)[i];
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
            float r0, r1;
            element(wide(x0.part[j]), wide(x1.part[j]), wide(x2.part[j]), r0, r1);
            y0.part[j] = narrow(r0);
            y1.part[j] = narrow(r1);
        }
        ((uint4*)out0)[i] = y0.whole;
        ((uint4*)out1)[i] = y1.whole;
    }
    for (unsigned i = packs * VECTOR + thread; i < elements; i += stride) {
        float r0, r1;
        element(wide(in0[i]), wide(in1[i]), wide(in2[i]), r0, r1);
        out0[i] = narrow(r0);
        out1[i] = narrow(r1);
    }
}

static __device__ __forceinline__ void element(float x0, float x1, float& y0, int hash) {
    y0 = geluTanhGradient(dropout(x0, 0.1), x1);
}

extern "C" __global__ void __launch_bounds__(256) pointwise(const E* in0, const E* in1, E* out0, unsigned elements, unsigned packs, unsigned turn, unsigned factor, unsigned offset, unsigned columns, unsigned rows, unsigned rowStride, unsigned blockStride) {
    unsigned stride = gridDim.x * blockDim.x;
    unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    for (unsigned i = thread; i < packs; i += stride) {
        Pack x0, x1, y0;
        x0.whole = ((const uint4*)in0)[i];
        x1.whole = ((const uint4*)in1)[i];
        unsigned first = placed(i * VECTOR, offset, columns, rows, rowStride, blockStride);
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
            float r0;
            element(wide(x0.part[j]), wide(x1.part[j]), r0, hashed(first + j, turn, factor));
            y0.part[j] = narrow(r0);
        }
        ((uint4*)out0)[i] = y0.whole;
    }
    for (unsigned i = packs * VECTOR + thread; i < elements; i += stride) {
        float r0;
        element(wide(in0[i]), wide(in1[i]), r0, hashed(placed(i, offset, columns, rows, rowStride, blockStride), turn, factor));
        out0[i] = narrow(r0);
    }
}

extern "C" __global__ void __launch_bounds__(LANES * TEAMS) summing(const E* __restrict__ in0, const E* __restrict__ in1, E* __restrict__ out0, float* __restrict__ sums, int height, int width, int across, unsigned turn, unsigned factor, unsigned offset, unsigned columns, unsigned rows, unsigned rowStride, unsigned blockStride) {
    Share share(width, across);
    float sum[VECTOR];
#pragma unroll
    for (int j = 0; j < VECTOR; j++) sum[j] = 0.f;
    if (share.column < width) {
#pragma unroll 4
        for (int row = share.row; row < height; row += share.step) {
            unsigned i = ((unsigned)row * width + share.column) / VECTOR;
            Pack x0, x1, y0;
            x0.whole = ((const uint4*)in0)[i];
            x1.whole = ((const uint4*)in1)[i];
            unsigned first = placed(i * VECTOR, offset, columns, rows, rowStride, blockStride);
#pragma unroll
            for (int j = 0; j < VECTOR; j++) {
                float r0;
                element(wide(x0.part[j]), wide(x1.part[j]), r0, hashed(first + j, turn, factor));
                y0.part[j] = narrow(r0);
                sum[j] += wide(y0.part[j]);
            }
            ((uint4*)out0)[i] = y0.whole;
        }
    }
    share.add(sum, sums, width);
}

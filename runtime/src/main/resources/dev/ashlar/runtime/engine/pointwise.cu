// Functions of single elements, of which the compiler writes kernels. E is the type of tensors: 16 bits of a bfloat16, or float; what lies
// between is a float.

#ifdef BF16
#define VECTOR 8 // elements a thread reads at once: 16 bytes
static __device__ __forceinline__ float exponential(float x) { return exp2f(x * 1.4426950408889634f); }
static __device__ __forceinline__ float quotient(float a, float b) { return __fdividef(a, b); }
static __device__ __forceinline__ float tangent(float x) { return 1.f - quotient(2.f, 1.f + exponential(2.f * x)); }
#else
#define VECTOR 4
static __device__ __forceinline__ float exponential(float x) { return expf(x); }
static __device__ __forceinline__ float quotient(float a, float b) { return a / b; }
static __device__ __forceinline__ float tangent(float x) { return tanhf(x); }
#endif

union Pack {
    uint4 whole;
    E part[VECTOR];
};

#define HALF_ROOT 0.70710678118654752f // of 1/2
#define GAUSS 0.39894228040143268f // 1 / sqrt(2 pi)
#define TANH_SCALE 0.79788456080286536f // sqrt(2 / pi)
#define TANH_CUBE 0.044715f

static __device__ __forceinline__ float add(float a, float b) { return a + b; }
static __device__ __forceinline__ float multiply(float a, float b) { return a * b; }
static __device__ __forceinline__ float scale(float x, double factor) { return x * (float)factor; }
static __device__ __forceinline__ float relu(float x) { return x < 0.f ? 0.f : x; }
static __device__ __forceinline__ float reluGradient(float dy, float y) { return y <= 0.f ? 0.f : dy; }
static __device__ __forceinline__ float sigmoid(float x) { return quotient(1.f, 1.f + exponential(-x)); }
static __device__ __forceinline__ float sigmoidGradient(float dy, float y) { return dy * (1.f - y) * y; }
static __device__ __forceinline__ float silu(float x) { return quotient(x, 1.f + exponential(-x)); }
static __device__ __forceinline__ float siluGradient(float dy, float x) {
    float s = sigmoid(x);
    return dy * s * (1.f + x * (1.f - s));
}
static __device__ __forceinline__ float tanhGradient(float dy, float y) { return dy * (1.f - y * y); }
static __device__ __forceinline__ float gelu(float x) { return 0.5f * x * (1.f + erff(x * HALF_ROOT)); }
static __device__ __forceinline__ float geluGradient(float dy, float x) {
    return dy * (0.5f * (1.f + erff(x * HALF_ROOT)) + x * GAUSS * exponential(-0.5f * x * x));
}
static __device__ __forceinline__ float geluTanh(float x) {
    return 0.5f * x * (1.f + tangent(TANH_SCALE * (x + TANH_CUBE * x * x * x)));
}
static __device__ __forceinline__ float geluTanhGradient(float dy, float x) {
    float t = tangent(TANH_SCALE * (x + TANH_CUBE * x * x * x));
    float slope = TANH_SCALE * (1.f + 3.f * TANH_CUBE * x * x);
    return dy * (0.5f * (1.f + t) + 0.5f * x * (1.f - t * t) * slope);
}
#define tanh(x) tangent(x)

// A uniform number for an index: turned by the halves of a key, then the finalizer of Wellons (lowbias32).
static __device__ __forceinline__ int hashed(unsigned index, unsigned turn, unsigned factor) {
    unsigned h = (index ^ turn) * factor;
    h = (h ^ h >> 16) * 0x7feb352du;
    h = (h ^ h >> 15) * 0x846ca68bu;
    return (int)(h ^ h >> 16);
}

// Elements of which the number is below the share p of all numbers fall.
#define dropout(x, p) (hash < (int)(floor((p) * 4294967296.0 + 0.5) - 2147483648.0) ? 0.f : (x) * (float)(1.0 / (1.0 - (p))))

#define LANES 32
#define TEAMS 8

// What a thread has of a matrix of which all columns are summed: VECTOR columns of every step-th row. Blocks stand side by side along the
// columns, as many as across says, and the others along the rows.
struct Share {
    int first, place, column, row, step;

    __device__ __forceinline__ Share(int width, int across) {
        first = blockIdx.x % across * LANES * VECTOR;
        place = blockIdx.x / across;
        column = first + threadIdx.x % LANES * VECTOR;
        row = place * TEAMS + threadIdx.x / LANES;
        step = gridDim.x / across * TEAMS;
    }

    // sums[place, column] = the sum over the block's threads; all of them call it.
    __device__ __forceinline__ void add(const float* sum, float* sums, int width) {
        __shared__ float shared[TEAMS][LANES * VECTOR + 1];
#pragma unroll
        for (int j = 0; j < VECTOR; j++) shared[threadIdx.x / LANES][threadIdx.x % LANES * VECTOR + j] = sum[j];
        __syncthreads();
        for (int i = threadIdx.x; i < LANES * VECTOR; i += LANES * TEAMS) {
            if (first + i < width) {
                float all = 0.f;
#pragma unroll
                for (int t = 0; t < TEAMS; t++) all += shared[t][i];
                sums[(long long)place * width + first + i] = all;
            }
        }
    }
};

// Row-major index in the whole tensor of an element of a part of it: rows of columns elements lie rowStride apart, blocks of rows
// blockStride, and the first element lies at offset.
static __device__ __forceinline__ unsigned placed(
    unsigned i, unsigned offset, unsigned columns, unsigned rows, unsigned rowStride, unsigned blockStride) {
    if (rows == 0) return offset + i;
    unsigned row = i / columns;
    unsigned block = row / rows;
    return offset + i % columns + (row - block * rows) * rowStride + block * blockStride;
}

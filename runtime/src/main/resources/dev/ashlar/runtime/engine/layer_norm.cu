// Layer norm over rows, or with RMS norm by the root mean square, TEAM warps a row, a row in registers. E is the type of tensors: 16 bits of a bfloat16, or float. D is the row's
// length, a multiple of the team's vectors, known when this is compiled. Statistics and sums are floats.

#ifdef BF16
#define VECTOR 4 // elements a lane reads at once: 8 bytes
typedef uint2 Word;
#else
#define VECTOR 4
typedef uint4 Word;
#endif

#ifndef D
#define D 768
#endif
#ifndef TEAM
#define TEAM 1
#endif
#define STEPS (D / (32 * TEAM * VECTOR))
#ifdef RMS
#define SUMS 1 // of gradients: the weight's
#else
#define SUMS 2 // the bias's too
#endif
#define WARPS 8
#define TEAMS (WARPS / TEAM)

union Pack {
    Word whole;
    E part[VECTOR];
};

// The sum over a team, the same in all its threads. Every thread of the block calls it; slots alternate.
static __device__ __forceinline__ float total(float x, float* slots) {
#pragma unroll
    for (int offset = 16; offset > 0; offset >>= 1) x += __shfl_xor_sync(0xffffffffu, x, offset);
    if (TEAM == 1) return x;
    int warp = threadIdx.x >> 5;
    if ((threadIdx.x & 31) == 0) slots[warp] = x;
    __syncthreads();
    float all = 0.f;
#pragma unroll
    for (int i = 0; i < TEAM; i++) all += slots[warp / TEAM * TEAM + i];
    return all;
}

static __device__ __forceinline__ void read(const E* row, int lane, float* values) {
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        Pack pack;
        pack.whole = ((const Word*)row)[i * 32 * TEAM + lane];
#pragma unroll
        for (int j = 0; j < VECTOR; j++) values[i * VECTOR + j] = wide(pack.part[j]);
    }
}

static __device__ __forceinline__ void write(E* row, int lane, const float* values) {
#pragma unroll
    for (int i = 0; i < STEPS; i++) {
        Pack pack;
#pragma unroll
        for (int j = 0; j < VECTOR; j++) pack.part[j] = narrow(values[i * VECTOR + j]);
        ((Word*)row)[i * 32 * TEAM + lane] = pack.whole;
    }
}

// y = (x - mean) * rstd * weight + bias; with RMS the mean is 0. With an addend, x + addend is written to sum first, rounded, and takes the place of x.
extern "C" __global__ void __launch_bounds__(32 * WARPS) forward(
    const E* x, const E* addend, const E* weight, const E* bias, E* sum, E* y, float* mean, float* rstd, int rows, float eps) {
    __shared__ float slots[2][WARPS];
    int lane = threadIdx.x % (32 * TEAM);
    int own = blockIdx.x * TEAMS + threadIdx.x / (32 * TEAM);
    bool active = own < rows;
    int row = active ? own : rows - 1; // the block's last teams may have none, but meet the others
    long long start = (long long)row * D;
    float values[STEPS * VECTOR];
    read(x + start, lane, values);
    if (addend) {
        float more[STEPS * VECTOR];
        read(addend + start, lane, more);
#pragma unroll
        for (int i = 0; i < STEPS * VECTOR; i++) values[i] = wide(narrow(values[i] + more[i]));
        if (active) write(sum + start, lane, values);
    }
    float centre = 0.f;
#ifndef RMS
    float all = 0.f;
#pragma unroll
    for (int i = 0; i < STEPS * VECTOR; i++) all += values[i];
    centre = total(all, slots[0]) / D;
#endif
    float squares = 0.f;
#pragma unroll
    for (int i = 0; i < STEPS * VECTOR; i++) squares += (values[i] - centre) * (values[i] - centre);
    float scale = rsqrtf(total(squares, slots[1]) / D + eps);
    float factors[STEPS * VECTOR];
    read(weight, lane, factors);
#pragma unroll
    for (int i = 0; i < STEPS * VECTOR; i++) values[i] = (values[i] - centre) * scale * factors[i];
    if (bias) {
        read(bias, lane, factors);
#pragma unroll
        for (int i = 0; i < STEPS * VECTOR; i++) values[i] += factors[i];
    }
    if (!active) return;
    write(y + start, lane, values);
    if (lane == 0) {
        if (mean) mean[row] = centre;
        rstd[row] = scale;
    }
}

// dx = rstd * (g - mean(g) - n * mean(g * n)) with n = (x - mean) * rstd and g = dy * weight, and addend more where there is one; with RMS
// without mean and mean(g). Each block's sums of dy * n and dy over its rows go to weightSums and biasSums [blocks, D].
extern "C" __global__ void __launch_bounds__(32 * WARPS) backward(
    const E* dy,
    const E* x,
    const float* mean,
    const float* rstd,
    const E* weight,
    const E* addend,
    E* dx,
    float* weightSums,
    float* biasSums,
    int rows) {
    __shared__ float shared[TEAMS][D];
    __shared__ float slots[2][WARPS];
    int lane = threadIdx.x % (32 * TEAM);
    int team = threadIdx.x / (32 * TEAM);
    float factors[STEPS * VECTOR];
    read(weight, lane, factors);
    float weightSum[STEPS * VECTOR];
    float biasSum[STEPS * VECTOR];
#pragma unroll
    for (int i = 0; i < STEPS * VECTOR; i++) weightSum[i] = biasSum[i] = 0.f;
    for (int first = blockIdx.x * TEAMS; first < rows; first += gridDim.x * TEAMS) {
        bool active = first + team < rows;
        int row = active ? first + team : rows - 1;
        float counted = active ? 1.f : 0.f;
        long long start = (long long)row * D;
        float gradient[STEPS * VECTOR];
        float normal[STEPS * VECTOR];
        read(dy + start, lane, gradient);
        read(x + start, lane, normal);
        float centre = SUMS == 1 ? 0.f : mean[row];
        float scale = rstd[row];
        float sum = 0.f;
        float product = 0.f;
#pragma unroll
        for (int i = 0; i < STEPS * VECTOR; i++) {
            normal[i] = (normal[i] - centre) * scale;
            weightSum[i] += counted * gradient[i] * normal[i];
            biasSum[i] += counted * gradient[i];
            gradient[i] *= factors[i];
            sum += gradient[i];
            product += gradient[i] * normal[i];
        }
        sum = SUMS == 1 ? 0.f : total(sum, slots[0]) / D;
        product = total(product, slots[1]) / D;
        if (addend) {
            float more[STEPS * VECTOR];
            read(addend + start, lane, more);
#pragma unroll
            for (int i = 0; i < STEPS * VECTOR; i++)
                gradient[i] = wide(narrow(scale * (gradient[i] - sum - normal[i] * product))) + more[i];
        } else {
#pragma unroll
            for (int i = 0; i < STEPS * VECTOR; i++) gradient[i] = scale * (gradient[i] - sum - normal[i] * product);
        }
        if (active) write(dx + start, lane, gradient);
    }
    for (int which = 0; which < SUMS; which++) {
#pragma unroll
        for (int i = 0; i < STEPS; i++)
#pragma unroll
            for (int j = 0; j < VECTOR; j++)
                shared[team][(i * 32 * TEAM + lane) * VECTOR + j] = which == 0 ? weightSum[i * VECTOR + j] : biasSum[i * VECTOR + j];
        __syncthreads();
        float* out = (which == 0 ? weightSums : biasSums) + (long long)blockIdx.x * D;
        for (int d = threadIdx.x; d < D; d += blockDim.x) {
            float all = 0.f;
#pragma unroll
            for (int t = 0; t < TEAMS; t++) all += shared[t][d];
            out[d] = all;
        }
        __syncthreads();
    }
}

// weight[d] and bias[d] = the sums over blocks: a warp of threads along d, eight along the blocks.
extern "C" __global__ void __launch_bounds__(256) collect(
    const float* weightSums, const float* biasSums, E* weight, E* bias, int blocks) {
    __shared__ float shared[8][33];
    int column = blockIdx.x * 32 + (threadIdx.x & 31);
    int part = threadIdx.x >> 5;
    for (int which = 0; which < SUMS; which++) {
        const float* sums = which == 0 ? weightSums : biasSums;
        E* out = which == 0 ? weight : bias;
        float all = 0.f;
        for (int block = part; block < blocks; block += 8) all += sums[(long long)block * D + column];
        shared[part][threadIdx.x & 31] = all;
        __syncthreads();
        if (part == 0 && out) {
            float sum = 0.f;
#pragma unroll
            for (int p = 0; p < 8; p++) sum += shared[p][threadIdx.x & 31];
            out[column] = narrow(sum);
        }
        __syncthreads();
    }
}

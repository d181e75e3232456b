// Sums over the rows of a matrix. E is the type of its elements: 16 bits of a bfloat16, or float. Sums are floats.

#ifdef BF16
#define VECTOR 8 // elements a thread reads at once: 16 bytes
#else
#define VECTOR 4
#endif
#define LANES 32
#define TEAMS 8
#define AHEAD 8 // rows a thread has on their way; behind the last one zeros

union Pack {
    uint4 whole;
    E part[VECTOR];
};

static __device__ __forceinline__ void add(float* sum, const Pack& pack) {
#pragma unroll
    for (int j = 0; j < VECTOR; j++) sum[j] += wide(pack.part[j]);
}

// Blocks stand side by side along the columns, as many as across says, and the others along the rows. Each sums LANES * VECTOR columns over
// its share of the rows to sums[place along the rows, columns]. columns is a multiple of VECTOR.
extern "C" __global__ void __launch_bounds__(LANES * TEAMS) partial(
    const E* x, float* sums, int rows, int columns, int across) {
    __shared__ float shared[TEAMS][LANES * VECTOR + 1];
    int lane = threadIdx.x % LANES;
    int team = threadIdx.x / LANES;
    int first = blockIdx.x % across * LANES * VECTOR;
    int place = blockIdx.x / across;
    int column = first + lane * VECTOR;
    float sum[VECTOR];
#pragma unroll
    for (int j = 0; j < VECTOR; j++) sum[j] = 0.f;
    if (column < columns) {
        const uint4* words = (const uint4*)(x + column);
        long long stride = columns / VECTOR;
        int step = gridDim.x / across * TEAMS;
        int row = place * TEAMS + team;
        for (; row < rows; row += AHEAD * step) {
            Pack packs[AHEAD];
#pragma unroll
            for (int i = 0; i < AHEAD; i++)
                packs[i].whole = row + i * step < rows ? words[(row + i * step) * stride] : make_uint4(0, 0, 0, 0);
#pragma unroll
            for (int i = 0; i < AHEAD; i++) add(sum, packs[i]);
        }
    }
#pragma unroll
    for (int j = 0; j < VECTOR; j++) shared[team][lane * VECTOR + j] = sum[j];
    __syncthreads();
    for (int i = threadIdx.x; i < LANES * VECTOR; i += LANES * TEAMS) {
        int own = first + i;
        if (own < columns) {
            float all = 0.f;
#pragma unroll
            for (int t = 0; t < TEAMS; t++) all += shared[t][i];
            sums[(long long)place * columns + own] = all;
        }
    }
}

// y[columns] = the sums of all parts: a warp of threads along the columns, TEAMS along the parts.
extern "C" __global__ void __launch_bounds__(LANES * TEAMS) collect(const float* sums, E* y, int parts, int columns) {
    __shared__ float shared[TEAMS][LANES + 1];
    int lane = threadIdx.x % LANES;
    int team = threadIdx.x / LANES;
    int column = blockIdx.x * LANES + lane;
    float all = 0.f;
    if (column < columns) {
        for (int part = team; part < parts; part += TEAMS) all += sums[(long long)part * columns + column];
    }
    shared[team][lane] = all;
    __syncthreads();
    if (team == 0 && column < columns) {
        float sum = 0.f;
#pragma unroll
        for (int t = 0; t < TEAMS; t++) sum += shared[t][lane];
        y[column] = narrow(sum);
    }
}

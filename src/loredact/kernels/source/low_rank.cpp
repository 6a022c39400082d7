// The low-rank updates of a packed batch, each run of tokens with matrices of its own: see low_rank.py.

#include <type_traits>

#include "numbers.h"

namespace {

// Eight numbers fill a register of AVX2. The compiler keeps wider ones of its own making in memory.
constexpr int64_t WIDTH = 8;
typedef float Eight __attribute__((vector_size(4 * WIDTH)));
typedef float Unaligned __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

// So many tokens share what is read of A and B; so many sums of eight are held for each.
constexpr int64_t TOKENS = 4, SUMS = 2;

inline Eight load(const float* x) { return *reinterpret_cast<const Unaligned*>(x); }

// COUNT inner products of `in` numbers for each of ROWS rows of A: u = x Aᵀ, whose rows are `rank` long.
template <int64_t COUNT, int64_t ROWS>
inline void inner_block(int64_t in, int64_t rank, const float* x, const float* a, float* u) {
    Eight sums[COUNT][ROWS] = {};
    int64_t i = 0;
    for (; i + WIDTH <= in; i += WIDTH) {
        for (int64_t t = 0; t < COUNT; t++) {
            Eight own = load(x + t * in + i);
            for (int64_t r = 0; r < ROWS; r++) sums[t][r] += own * load(a + r * in + i);
        }
    }
    for (int64_t t = 0; t < COUNT; t++) {
        for (int64_t r = 0; r < ROWS; r++) {
            float total = 0;
            for (int64_t l = 0; l < WIDTH; l++) total += sums[t][r][l];
            for (int64_t j = i; j < in; j++) total += x[t * in + j] * a[r * in + j];
            u[t * rank + r] = total;
        }
    }
}

// u = x Aᵀ of COUNT tokens; x, u and A have rows of `in`, `rank` and `in` numbers.
template <int64_t COUNT>
inline void inner(int64_t in, int64_t rank, const float* x, const float* a, float* u) {
    int64_t r = 0;
    for (; r + SUMS <= rank; r += SUMS) inner_block<COUNT, SUMS>(in, rank, x, a + r * in, u + r);
    for (; r < rank; r++) inner_block<COUNT, 1>(in, rank, x, a + r * in, u + r);
}

// y += u B of COUNT tokens, for PARTS times eight outputs; u and B have rows of `rank` and `out` numbers, y of `stride`.
template <int64_t COUNT, int64_t PARTS, class T>
inline void outer_block(int64_t rank, int64_t out, int64_t stride, const float* u, const float* b, T* y) {
    Eight sums[COUNT][PARTS] = {};
    for (int64_t r = 0; r < rank; r++) {
        for (int64_t p = 0; p < PARTS; p++) {
            Eight part = load(b + r * out + p * WIDTH);
            for (int64_t t = 0; t < COUNT; t++) sums[t][p] += u[t * rank + r] * part;
        }
    }
    for (int64_t t = 0; t < COUNT; t++) {
        for (int64_t p = 0; p < PARTS; p++) {
            T* own = y + t * stride + p * WIDTH;
            for (int64_t l = 0; l < WIDTH; l++) own[l] = narrow<T>(wide(own[l]) + sums[t][p][l]);
        }
    }
}

// y += u B of COUNT tokens, for all outputs.
template <int64_t COUNT, class T>
inline void outer(int64_t rank, int64_t out, int64_t stride, const float* u, const float* b, T* y) {
    int64_t at = 0;
    for (; at + SUMS * WIDTH <= out; at += SUMS * WIDTH) outer_block<COUNT, SUMS>(rank, out, stride, u, b + at, y + at);
    for (; at < out; at++) {
        for (int64_t t = 0; t < COUNT; t++) {
            float total = 0;
            for (int64_t r = 0; r < rank; r++) total += u[t * rank + r] * b[r * out + at];
            y[t * stride + at] = narrow<T>(wide(y[t * stride + at]) + total);
        }
    }
}

// One update of some tokens: their first and the one past the last, the first output and how many, the rank, A and B.
struct Job {
    int64_t begin, past, first, outputs, rank, a, b;
};

// `x` in float32: as it is, or widened into `room`.
template <class T>
inline const float* widened(const T* x, int64_t count, float* room) {
    if constexpr (std::is_same_v<T, float>) {
        return x;
    } else {
#pragma omp simd
        for (int64_t i = 0; i < count; i++) room[i] = wide(x[i]);
        return room;
    }
}

template <class T>
void add_low_rank(int64_t jobs, int64_t in, int64_t stride, const Job* table, const T* x, T* y) {
#pragma omp parallel for schedule(dynamic)
    for (int64_t n = 0; n < jobs; n++) {
        Job job = table[n];
        int64_t rank = job.rank, out = job.outputs;
        float* room = scratch(rank * (in + out + TOKENS) + TOKENS * in);
        // The matrices are widened once for all tokens of the run.
        const float* a = widened(reinterpret_cast<const T*>(job.a), rank * in, room);
        const float* b = widened(reinterpret_cast<const T*>(job.b), rank * out, room + rank * in);
        float *u = room + rank * (in + out), *wide_x = u + rank * TOKENS;
        int64_t token = job.begin;
        for (; token + TOKENS <= job.past; token += TOKENS) {
            inner<TOKENS>(in, rank, widened(x + token * in, TOKENS * in, wide_x), a, u);
            outer<TOKENS>(rank, out, stride, u, b, y + token * stride + job.first);
        }
        for (; token < job.past; token++) {
            inner<1>(in, rank, widened(x + token * in, in, wide_x), a, u);
            outer<1>(rank, out, stride, u, b, y + token * stride + job.first);
        }
    }
}

}  // namespace

#define FOR(T, NAME)                                                                                              \
    extern "C" void add_low_rank_##NAME(int64_t jobs, int64_t in, int64_t stride, const int64_t* table, const T* x, \
                                        T* y) {                                                                   \
        add_low_rank(jobs, in, stride, reinterpret_cast<const Job*>(table), x, y);                                \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)

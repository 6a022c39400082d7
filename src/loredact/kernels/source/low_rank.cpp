// The low-rank updates of a packed batch, each run of tokens with matrices of its own: see low_rank.py.

#include "numbers.h"

namespace {

constexpr int64_t AT_ONCE = 64;

// Inner products of x with four rows of a.
inline void four(int64_t in, const float* x, const float* a, float* u) {
    const float *a1 = a + in, *a2 = a1 + in, *a3 = a2 + in;
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (int64_t i = 0; i < in; i++) {
        s0 += x[i] * a[i];
        s1 += x[i] * a1[i];
        s2 += x[i] * a2[i];
        s3 += x[i] * a3[i];
    }
    u[0] = s0, u[1] = s1, u[2] = s2, u[3] = s3;
}

inline float one(int64_t in, const float* x, const float* a) {
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (int64_t i = 0; i < in; i++) s += x[i] * a[i];
    return s;
}

template <class T>
void add_low_rank(int64_t runs, int64_t in, int64_t out, int64_t stride, const int64_t* cu_seqlens, const int64_t* ranks,
                  const int64_t* as, const int64_t* bs, const T* x, T* y) {
#pragma omp parallel for schedule(dynamic)
    for (int64_t run = 0; run < runs; run++) {
        int64_t rank = ranks[run];
        if (!rank) continue;
        const T *a = reinterpret_cast<const T*>(as[run]), *b = reinterpret_cast<const T*>(bs[run]);
        // The matrices are widened once for all tokens of the run.
        float* wa = scratch(rank * (in + out + 1) + in);
        float *wb = wa + rank * in, *u = wb + rank * out, *wx = u + rank;
#pragma omp simd
        for (int64_t i = 0; i < rank * in; i++) wa[i] = wide(a[i]);
#pragma omp simd
        for (int64_t i = 0; i < rank * out; i++) wb[i] = wide(b[i]);
        for (int64_t token = cu_seqlens[run]; token < cu_seqlens[run + 1]; token++) {
            const T* row = x + token * in;
            T* sum = y + token * stride;
#pragma omp simd
            for (int64_t i = 0; i < in; i++) wx[i] = wide(row[i]);
            int64_t r = 0;
            for (; r + 4 <= rank; r += 4) four(in, wx, wa + r * in, u + r);
            for (; r < rank; r++) u[r] = one(in, wx, wa + r * in);
            int64_t at = 0;
            for (; at + AT_ONCE <= out; at += AT_ONCE) {
                float total[AT_ONCE] = {};
                for (int64_t k = 0; k < rank; k++) {
                    const float* part = wb + k * out + at;
                    float scale = u[k];
#pragma omp simd
                    for (int64_t j = 0; j < AT_ONCE; j++) total[j] += scale * part[j];
                }
#pragma omp simd
                for (int64_t j = 0; j < AT_ONCE; j++) sum[at + j] = narrow<T>(wide(sum[at + j]) + total[j]);
            }
            for (; at < out; at++) {
                float total = 0;
                for (int64_t k = 0; k < rank; k++) total += u[k] * wb[k * out + at];
                sum[at] = narrow<T>(wide(sum[at]) + total);
            }
        }
    }
}

}  // namespace

#define FOR(T, NAME)                                                                                                   \
    extern "C" void add_low_rank_##NAME(int64_t runs, int64_t in, int64_t out, int64_t stride, const int64_t* cu_seqlens,  \
                                        const int64_t* ranks, const int64_t* as, const int64_t* bs, const T* x,        \
                                        T* y) {                                                                        \
        add_low_rank(runs, in, out, stride, cu_seqlens, ranks, as, bs, x, y);                                              \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)

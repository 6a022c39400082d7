// Attention of short windows in one call, all in float: see attend.py.

#include "numbers.h"

namespace {

typedef float Lanes __attribute__((vector_size(64)));
constexpr int64_t QUERIES = 4;

inline Lanes lanes(const float* x) {
    Lanes y;
    std::memcpy(&y, x, sizeof y);
    return y;
}

// Attention of short windows, one window and group at a time with all in cache, everything in float. CHUNKS = d / 16.
template <int CHUNKS, class T>
void attend(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t kv_heads, int causal, float scaling,
            const T* qkv, const T* cos, const T* sin, T* out) {
    constexpr int64_t d = CHUNKS * LANES;
    int64_t stride = (heads + 2 * kv_heads) * d, shared = heads / kv_heads;
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < windows * kv_heads; task++) {
        int64_t first = cu_seqlens[task / kv_heads], length = cu_seqlens[task / kv_heads + 1] - first, group = task % kv_heads;
        int64_t columns = (length + LANES - 1) / LANES * LANES, rows = (length + QUERIES - 1) / QUERIES * QUERIES;
        // Keys by column, so that one query's logits are sums of rows; queries filled up with others that count nowhere.
        float* keys = scratch((columns + length + rows) * d + QUERIES * columns);
        float *values = keys + d * columns, *queries = values + length * d, *logits = queries + rows * d;
        float row[d];
        auto load = [&](int64_t t, int64_t head, bool turns, float* to) {
            const T* x = qkv + (first + t) * stride + head * d;
            if (turns && cos) {
                const T *c = cos + (first + t) * d, *s = sin + (first + t) * d;
#pragma omp simd
                for (int64_t i = 0; i < d / 2; i++) {
                    float a = wide(x[i]), b = wide(x[i + d / 2]);
                    to[i] = a * wide(c[i]) - b * wide(s[i]);
                    to[i + d / 2] = b * wide(c[i]) + a * wide(s[i]);
                }
            } else {
#pragma omp simd
                for (int64_t i = 0; i < d; i++) to[i] = wide(x[i]);
            }
        };
        for (int64_t t = 0; t < length; t++) {
            load(t, heads + group, true, row);
            for (int64_t i = 0; i < d; i++) keys[i * columns + t] = row[i];
            load(t, heads + kv_heads + group, false, values + t * d);
        }
        for (int64_t i = 0; i < d; i++)
            for (int64_t t = length; t < columns; t++) keys[i * columns + t] = 0.0f;
        for (int64_t head = group * shared; head < (group + 1) * shared; head++) {
            for (int64_t t = 0; t < rows; t++) load(t < length ? t : length - 1, head, true, queries + t * d);
            for (int64_t t = 0; t < length; t += QUERIES) {
                const float* q = queries + t * d;
                for (int64_t column = 0; column < columns; column += LANES) {
                    Lanes a{}, b{}, c{}, e{};
                    for (int64_t i = 0; i < d; i++) {
                        Lanes key = lanes(keys + i * columns + column);
                        a += q[i] * key;
                        b += q[i + d] * key;
                        c += q[i + 2 * d] * key;
                        e += q[i + 3 * d] * key;
                    }
                    std::memcpy(logits + column, &a, sizeof a);
                    std::memcpy(logits + columns + column, &b, sizeof b);
                    std::memcpy(logits + 2 * columns + column, &c, sizeof c);
                    std::memcpy(logits + 3 * columns + column, &e, sizeof e);
                }
                for (int64_t query = t; query < t + QUERIES && query < length; query++) {
                    float* p = logits + (query - t) * columns;
                    int64_t seen = causal ? query + 1 : length;
                    float most = -INFINITY, total = 0;
                    for (int64_t i = seen; i < columns; i++) p[i] = -INFINITY;
#pragma omp simd reduction(max : most)
                    for (int64_t i = 0; i < columns; i++) most = p[i] > most ? p[i] : most;
#pragma omp simd reduction(+ : total)
                    for (int64_t i = 0; i < columns; i++) {
                        p[i] = exponential(scaling * (p[i] - most));
                        total += p[i];
                    }
                    Lanes sums[CHUNKS] = {};
                    for (int64_t i = 0; i < seen; i++)
#pragma GCC unroll 8
                        for (int chunk = 0; chunk < CHUNKS; chunk++)
                            sums[chunk] += p[i] * lanes(values + i * d + chunk * LANES);
                    float share = 1.0f / total;
                    std::memcpy(row, sums, sizeof sums);
                    T* to = out + ((first + query) * heads + head) * d;
#pragma omp simd
                    for (int64_t i = 0; i < d; i++) to[i] = narrow<T>(row[i] * share);
                }
            }
        }
    }
}

}  // namespace

#define FOR(T, NAME)                                                                                                   \
    extern "C" void attend_##NAME(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t kv_heads, int64_t d,    \
                                  int causal, float scaling, const T* qkv, const T* cos, const T* sin, T* out) {       \
        auto of_width = d == 32 ? attend<2, T> : d == 64 ? attend<4, T> : d == 128 ? attend<8, T> : nullptr;           \
        if (of_width) of_width(windows, cu_seqlens, heads, kv_heads, causal, scaling, qkv, cos, sin, out);                   \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)

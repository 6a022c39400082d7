// Attention of short windows in one call, all in float: see attend.py.

#include "numbers.h"

namespace {

// As wide as the processor's registers: GCC keeps wider vectors in memory.
#ifdef __AVX512F__
constexpr int64_t WIDTH = 16;
#else
constexpr int64_t WIDTH = 8;
#endif
typedef float Lanes __attribute__((vector_size(WIDTH * sizeof(float))));
constexpr int64_t QUERIES = 4, ACROSS = LANES / WIDTH;

inline void load_lanes(Lanes& y, const float* x) { std::memcpy(&y, x, sizeof y); }

// Attention of short windows, one window and group at a time with all in cache, everything in float. Of values, sums for
// AT_ONCE queries fill half of the registers, or more.
template <int64_t d, class T>
void attend(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t kv_heads, int causal, float scaling,
            const T* qkv, const T* cos, const T* sin, T* out) {
    constexpr int64_t CHUNKS = d / WIDTH, AT_ONCE = CHUNKS <= 4 ? 2 : 1;
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
                    Lanes sums[QUERIES][ACROSS] = {};
                    for (int64_t i = 0; i < d; i++) {
                        Lanes key[ACROSS];
#pragma GCC unroll 2
                        for (int side = 0; side < ACROSS; side++)
                            load_lanes(key[side], keys + i * columns + column + side * WIDTH);
#pragma GCC unroll 4
                        for (int query = 0; query < QUERIES; query++)
#pragma GCC unroll 2
                            for (int side = 0; side < ACROSS; side++) sums[query][side] += q[i + query * d] * key[side];
                    }
                    for (int query = 0; query < QUERIES; query++)
                        std::memcpy(logits + query * columns + column, sums[query], sizeof sums[query]);
                }
                float shares[QUERIES];
                for (int64_t query = t; query < t + QUERIES; query++) {
                    float* p = logits + (query - t) * columns;
                    int64_t seen = causal ? std::min(query + 1, length) : length;
                    float most = -INFINITY, total = 0;
                    for (int64_t i = seen; i < columns; i++) p[i] = -INFINITY;
#pragma omp simd reduction(max : most)
                    for (int64_t i = 0; i < columns; i++) most = p[i] > most ? p[i] : most;
#pragma omp simd reduction(+ : total)
                    for (int64_t i = 0; i < columns; i++) {
                        p[i] = exponential(scaling * (p[i] - most));
                        total += p[i];
                    }
                    shares[query - t] = 1.0f / total;
                }
                // What one of them does not see counts for nothing.
                int64_t reach = causal ? std::min(t + QUERIES, length) : length;
                for (int64_t query = t; query < t + QUERIES && query < length; query += AT_ONCE) {
                    const float* p = logits + (query - t) * columns;
                    Lanes sums[AT_ONCE][CHUNKS] = {};
                    for (int64_t i = 0; i < reach; i++)
#pragma GCC unroll 16
                        for (int chunk = 0; chunk < CHUNKS; chunk++) {
                            Lanes value;
                            load_lanes(value, values + i * d + chunk * WIDTH);
#pragma GCC unroll 2
                            for (int one = 0; one < AT_ONCE; one++) sums[one][chunk] += p[one * columns + i] * value;
                        }
                    for (int one = 0; one < AT_ONCE && query + one < length; one++) {
                        std::memcpy(row, sums[one], sizeof sums[one]);
                        T* to = out + ((first + query + one) * heads + head) * d;
#pragma omp simd
                        for (int64_t i = 0; i < d; i++) to[i] = narrow<T>(row[i] * shares[query - t + one]);
                    }
                }
            }
        }
    }
}

}  // namespace

#define FOR(T, NAME)                                                                                                   \
    extern "C" void attend_##NAME(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t kv_heads, int64_t d,    \
                                  int causal, float scaling, const T* qkv, const T* cos, const T* sin, T* out) {       \
        auto of_width = d == 32 ? attend<32, T> : d == 64 ? attend<64, T> : d == 128 ? attend<128, T> : nullptr;       \
        if (of_width) of_width(windows, cu_seqlens, heads, kv_heads, causal, scaling, qkv, cos, sin, out);                   \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)

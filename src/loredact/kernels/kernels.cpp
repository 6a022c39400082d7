// Parts of a network, each in as few passes over memory as it takes, for float and bfloat16.
//
// What each function computes is said in Python beside it (elementwise.py, grids.py, short.py, product.py). Everything is
// computed in float; rows, windows or panels are shared out among OpenMP's threads.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

namespace {

struct bfloat16 {
    uint16_t bits;
};

inline float wide(float x) { return x; }

inline float wide(bfloat16 x) {
    uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
    float y;
    std::memcpy(&y, &bits, sizeof y);
    return y;
}

template <class T>
inline T narrow(float x);

template <>
inline float narrow<float>(float x) { return x; }

// To the nearest, to even between two. A NaN stays one: its top mantissa bit is kept set.
template <>
inline bfloat16 narrow<bfloat16>(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return {static_cast<uint16_t>(x != x ? 0x7fc0 : rounded)};
}

// e^x = 2^n · 2^f with n whole and |f| <= 1/2; 2^f by the first terms of its Taylor series, right to 1e-8. log2(e) is
// taken in two parts, so that f stays exact where n is large.
inline float exponential(float x) {
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float n = std::nearbyint(x * 1.44269504f);
    float f = std::fma(x, 1.44269504f, -n) + x * 1.92596299e-8f;
    float p = 1.52527338e-5f;    // ln(2)^7 / 7!
    p = p * f + 1.54035304e-4f;  // ln(2)^6 / 6!
    p = p * f + 1.33335581e-3f;  // and so on
    p = p * f + 9.61812911e-3f;
    p = p * f + 5.55041087e-2f;
    p = p * f + 2.40226507e-1f;
    p = p * f + 6.93147181e-1f;
    p = p * f + 1.0f;
    int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return p * power;
}

float* scratch(int64_t width) {
    static thread_local std::vector<float> room;
    if (room.size() < static_cast<size_t>(width)) room.resize(width);
    return room.data();
}

template <class T>
void add_norm(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight, float epsilon, T* sum, T* n,
              float* r) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        float* v = scratch(width);
        int64_t at = row * width;
        float squares = 0;
        if (delta) {
#pragma omp simd reduction(+ : squares)
            for (int64_t i = 0; i < width; i++) {
                T both = narrow<T>(wide(h[at + i]) + wide(delta[at + i]));
                sum[at + i] = both;
                v[i] = wide(both);
                squares += v[i] * v[i];
            }
        } else {
#pragma omp simd reduction(+ : squares)
            for (int64_t i = 0; i < width; i++) {
                v[i] = wide(h[at + i]);
                squares += v[i] * v[i];
            }
        }
        float scale = 1.0f / std::sqrt(squares / width + epsilon);
        r[row] = scale;
#pragma omp simd
        for (int64_t i = 0; i < width; i++) n[at + i] = narrow<T>(v[i] * scale * wide(weight[i]));
    }
}

template <class T>
void norm_backward(int64_t rows, int64_t width, const T* g, const T* beside, const T* h, const T* weight,
                   const float* r, T* dh) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        float* wg = scratch(width);
        int64_t at = row * width;
        float dot = 0;
#pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < width; i++) {
            wg[i] = wide(g[at + i]) * wide(weight[i]);
            dot += wg[i] * wide(h[at + i]);
        }
        float scale = r[row], pull = scale * scale * scale * dot / width;
        if (beside) {
#pragma omp simd
            for (int64_t i = 0; i < width; i++)
                dh[at + i] = narrow<T>(wide(beside[at + i]) + scale * wg[i] - pull * wide(h[at + i]));
        } else {
#pragma omp simd
            for (int64_t i = 0; i < width; i++) dh[at + i] = narrow<T>(scale * wg[i] - pull * wide(h[at + i]));
        }
    }
}

template <class T>
void gate(int64_t rows, int64_t width, const T* ab, T* y) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        const T *a = ab + row * 2 * width, *b = a + width;
        T* out = y + row * width;
#pragma omp simd
        for (int64_t i = 0; i < width; i++) {
            float x = wide(a[i]);
            out[i] = narrow<T>(x / (1.0f + exponential(-x)) * wide(b[i]));
        }
    }
}

template <class T>
void gate_backward(int64_t rows, int64_t width, const T* g, const T* ab, T* dab) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        const T *a = ab + row * 2 * width, *b = a + width, *gradient = g + row * width;
        T *da = dab + row * 2 * width, *db = da + width;
#pragma omp simd
        for (int64_t i = 0; i < width; i++) {
            float x = wide(a[i]), up = wide(gradient[i]);
            float s = 1.0f / (1.0f + exponential(-x));
            da[i] = narrow<T>(up * wide(b[i]) * s * (1.0f + x * (1.0f - s)));
            db[i] = narrow<T>(up * x * s);
        }
    }
}

// Where head `head` of a token at `place` stands in a grid (windows · groups, heads / groups · length, d).
inline int64_t in_grid(int64_t place, int64_t head, int64_t heads, int64_t groups, int64_t length, int64_t d) {
    int64_t window = place / length, position = place % length, shared = heads / groups;
    return (((window * groups + head / shared) * shared + head % shared) * length + position) * d;
}

template <class T>
inline void turn(const T* x, T* y, const T* cos, const T* sin, float direction, int64_t half) {
#pragma omp simd
    for (int64_t i = 0; i < half; i++) {
        float a = wide(x[i]), b = wide(x[i + half]), c = wide(cos[i]), s = direction * wide(sin[i]);
        y[i] = narrow<T>(a * c - b * s);
        y[i + half] = narrow<T>(b * c + a * s);
    }
}

template <class T>
void spread(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length, const int64_t* place, const T* x,
            int64_t stride, const T* cos, const T* sin, T* grid) {
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t head = 0; head < heads; head++) {
            const T* from = x + t * stride + head * d;
            T* to = grid + in_grid(place ? place[t] : t, head, heads, groups, length, d);
            if (cos)
                turn(from, to, cos + t * d, sin + t * d, 1.0f, d / 2);
            else
                std::memcpy(to, from, d * sizeof(T));
        }
}

template <class T>
void gather(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length, const int64_t* place,
            const T* grid, const T* cos, const T* sin, T* x, int64_t stride) {
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t head = 0; head < heads; head++) {
            const T* from = grid + in_grid(place ? place[t] : t, head, heads, groups, length, d);
            T* to = x + t * stride + head * d;
            if (cos)
                turn(from, to, cos + t * d, sin + t * d, -1.0f, d / 2);
            else
                std::memcpy(to, from, d * sizeof(T));
        }
}

template <class T>
void softmax(int64_t windows, int64_t heads, int64_t length, const int64_t* lengths, int causal, float scaling,
             T* logits) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < windows * heads * length; row++) {
        int64_t position = row % length, seen = lengths ? lengths[row / (heads * length)] : length;
        T* p = logits + row * length;
        if (position >= seen) seen = 0;
        if (causal && seen > position + 1) seen = position + 1;
        float* v = scratch(length);
        float most = -INFINITY, total = 0;
#pragma omp simd reduction(max : most)
        for (int64_t i = 0; i < seen; i++) {
            v[i] = scaling * wide(p[i]);
            most = v[i] > most ? v[i] : most;
        }
#pragma omp simd reduction(+ : total)
        for (int64_t i = 0; i < seen; i++) {
            v[i] = exponential(v[i] - most);
            total += v[i];
        }
        float share = 1.0f / total;
#pragma omp simd
        for (int64_t i = 0; i < seen; i++) p[i] = narrow<T>(v[i] * share);
        for (int64_t i = seen; i < length; i++) p[i] = narrow<T>(0.0f);
    }
}

template <class T>
void softmax_backward(int64_t rows, int64_t length, float scaling, const T* p, T* dp) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        const T* share = p + row * length;
        T* g = dp + row * length;
        float dot = 0;
#pragma omp simd reduction(+ : dot)
        for (int64_t i = 0; i < length; i++) dot += wide(share[i]) * wide(g[i]);
#pragma omp simd
        for (int64_t i = 0; i < length; i++) g[i] = narrow<T>(scaling * wide(share[i]) * (wide(g[i]) - dot));
    }
}

typedef float Lanes __attribute__((vector_size(64)));
constexpr int64_t LANES = 16, QUERIES = 4;

inline Lanes lanes(const float* x) {
    Lanes y;
    std::memcpy(&y, x, sizeof y);
    return y;
}

// Attention of short windows, one window and group at a time with all in cache, everything in float. CHUNKS = d / 16.
template <int CHUNKS, class T>
void attend(int64_t windows, const int64_t* firsts, int64_t heads, int64_t groups, int causal, float scaling,
            const T* qkv, const T* cos, const T* sin, T* out) {
    constexpr int64_t d = CHUNKS * LANES;
    int64_t stride = (heads + 2 * groups) * d, shared = heads / groups;
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < windows * groups; task++) {
        int64_t first = firsts[task / groups], length = firsts[task / groups + 1] - first, group = task % groups;
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
            load(t, heads + groups + group, false, values + t * d);
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
    extern "C" void add_norm_##NAME(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight,          \
                                    float epsilon, T* sum, T* n, float* r) {                                           \
        add_norm(rows, width, h, delta, weight, epsilon, sum, n, r);                                                   \
    }                                                                                                                  \
    extern "C" void norm_backward_##NAME(int64_t rows, int64_t width, const T* g, const T* beside, const T* h,         \
                                         const T* weight, const float* r, T* dh) {                                     \
        norm_backward(rows, width, g, beside, h, weight, r, dh);                                                       \
    }                                                                                                                  \
    extern "C" void gate_##NAME(int64_t rows, int64_t width, const T* ab, T* y) { gate(rows, width, ab, y); }          \
    extern "C" void gate_backward_##NAME(int64_t rows, int64_t width, const T* g, const T* ab, T* dab) {               \
        gate_backward(rows, width, g, ab, dab);                                                                        \
    }                                                                                                                  \
    extern "C" void spread_##NAME(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length,            \
                                  const int64_t* place, const T* x, int64_t stride, const T* cos, const T* sin,        \
                                  T* grid) {                                                                           \
        spread(tokens, heads, d, groups, length, place, x, stride, cos, sin, grid);                                    \
    }                                                                                                                  \
    extern "C" void gather_##NAME(int64_t tokens, int64_t heads, int64_t d, int64_t groups, int64_t length,            \
                                  const int64_t* place, const T* grid, const T* cos, const T* sin, T* x,               \
                                  int64_t stride) {                                                                    \
        gather(tokens, heads, d, groups, length, place, grid, cos, sin, x, stride);                                    \
    }                                                                                                                  \
    extern "C" void softmax_##NAME(int64_t windows, int64_t heads, int64_t length, const int64_t* lengths, int causal, \
                                   float scaling, T* logits) {                                                         \
        softmax(windows, heads, length, lengths, causal, scaling, logits);                                             \
    }                                                                                                                  \
    extern "C" void softmax_backward_##NAME(int64_t rows, int64_t length, float scaling, const T* p, T* dp) {          \
        softmax_backward(rows, length, scaling, p, dp);                                                                \
    }                                                                                                                  \
    extern "C" void attend_##NAME(int64_t windows, const int64_t* firsts, int64_t heads, int64_t groups, int64_t d,    \
                                  int causal, float scaling, const T* qkv, const T* cos, const T* sin, T* out) {       \
        auto of_width = d == 32 ? attend<2, T> : d == 64 ? attend<4, T> : d == 128 ? attend<8, T> : nullptr;           \
        if (of_width) of_width(windows, firsts, heads, groups, causal, scaling, qkv, cos, sin, out);                                 \
    }

FOR(float, float32)
FOR(bfloat16, bfloat16)

#ifdef __AVX512BF16__
namespace {

// A product of BLOCK rows by PANEL columns stays in registers: 24 of 32 hold sums, two a pair of weights' rows. Of a
// chunk of rows the inputs stay in the second cache while all panels pass.
constexpr int64_t PANEL = 32, BLOCK = 12, CHUNK = 16 * BLOCK;

template <int ROWS>
void block(int64_t in, int64_t out, const bfloat16* x, const bfloat16* w, const float* bias, bfloat16* y) {
    __m512 left[ROWS], right[ROWS];
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        left[row] = bias ? _mm512_loadu_ps(bias) : _mm512_setzero_ps();
        right[row] = bias ? _mm512_loadu_ps(bias + PANEL / 2) : _mm512_setzero_ps();
    }
    for (int64_t i = 0; i < in; i += 2, w += 2 * PANEL) {
        __m512bh a = (__m512bh)_mm512_loadu_si512(w), b = (__m512bh)_mm512_loadu_si512(w + PANEL);
#pragma GCC unroll 12
        for (int row = 0; row < ROWS; row++) {
            int32_t pair;
            std::memcpy(&pair, x + row * in + i, sizeof pair);
            __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
            left[row] = _mm512_dpbf16_ps(left[row], both, a);
            right[row] = _mm512_dpbf16_ps(right[row], both, b);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        _mm256_storeu_si256((__m256i*)(y + row * out), (__m256i)_mm512_cvtneps_pbh(left[row]));
        _mm256_storeu_si256((__m256i*)(y + row * out + PANEL / 2), (__m256i)_mm512_cvtneps_pbh(right[row]));
    }
}

using Block = void(int64_t, int64_t, const bfloat16*, const bfloat16*, const float*, bfloat16*);
constexpr Block* BLOCKS[] = {nullptr,  block<1>, block<2>, block<3>, block<4>,  block<5>, block<6>,
                             block<7>, block<8>, block<9>, block<10>, block<11>, block<12>};

}  // namespace

extern "C" void product_bfloat16(int64_t rows, int64_t in, int64_t out, const bfloat16* x, const bfloat16* weight,
                                 const float* bias, bfloat16* y) {
    int64_t chunks = (rows + CHUNK - 1) / CHUNK, panels = out / PANEL;
#pragma omp parallel for schedule(static)
    for (int64_t task = 0; task < chunks * panels; task++) {
        // Chunks and their blocks are of nearly equal size, so that threads have equal shares.
        int64_t at = task % panels * PANEL, chunk = task / panels, first = rows * chunk / chunks;
        int64_t count = rows * (chunk + 1) / chunks - first, blocks = (count + BLOCK - 1) / BLOCK;
        for (int64_t b = 0; b < blocks; b++) {
            int64_t from = first + count * b / blocks, past = first + count * (b + 1) / blocks;
            BLOCKS[past - from](in, out, x + from * in, weight + at * in, bias ? bias + at : nullptr,
                                y + from * out + at);
        }
    }
}
#endif

// Parts of a network, each in as few passes over memory as it takes, for float and bfloat16.
//
// What each function computes is said in Python beside it (elementwise.py, grids.py, attend.py, product.py, lattice.py).
// Everything is computed in float, and rows, windows or panels are shared out among OpenMP's threads; but sequences of
// tags in double, one token after the other.

#include <algorithm>
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

constexpr float LOG2_E = 1.44269504f;

// e^x = 2^n · 2^f with n whole and |f| <= 1/2; 2^f by the first terms of its Taylor series, right to 1e-8. log2(e) is
// taken in two parts, so that f stays exact where n is large.
inline float exponential(float x) {
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float n = std::nearbyint(x * LOG2_E);
    float f = std::fma(x, LOG2_E, -n) + x * 1.92596299e-8f;
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

template <class T>
void add_layer_norm(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight, const T* bias,
                    float epsilon, T* n) {
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) {
        float* v = scratch(width);
        int64_t at = row * width;
        float total = 0, squares = 0;
#pragma omp simd reduction(+ : total)
        for (int64_t i = 0; i < width; i++) {
            v[i] = wide(h[at + i]) + wide(delta[at + i]);
            total += v[i];
        }
        float mean = total / width;
#pragma omp simd reduction(+ : squares)
        for (int64_t i = 0; i < width; i++) {
            v[i] -= mean;
            squares += v[i] * v[i];
        }
        float scale = 1.0f / std::sqrt(squares / width + epsilon);
#pragma omp simd
        for (int64_t i = 0; i < width; i++) n[at + i] = narrow<T>(v[i] * scale * wide(weight[i]) + wide(bias[i]));
    }
}

// Where head `head` of a token at `place` stands in a grid (windows · groups, heads / groups · length, d).
inline int64_t in_grid(int64_t place, int64_t head, int64_t heads, int64_t groups, int64_t length, int64_t d) {
    int64_t window = place / length, position = place % length, shared = heads / groups;
    return (((window * groups + head / shared) * shared + head % shared) * length + position) * d;
}

template <class X, class T>
inline void turn(const X* x, T* y, const T* cos, const T* sin, float direction, int64_t half) {
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
    extern "C" void add_layer_norm_##NAME(int64_t rows, int64_t width, const T* h, const T* delta, const T* weight,    \
                                          const T* bias, float epsilon, T* n) {                                        \
        add_layer_norm(rows, width, h, delta, weight, bias, epsilon, n);                                               \
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

namespace {

// Where the tags of a label begin among those of a token: B, I, E, S.
inline const double* of_label(const double* token, int64_t label) { return token + 1 + 4 * label; }

}  // namespace

// Ties go to O, then S, then E, of labels to the first, and to a span that begins.
extern "C" void best_tags_float64(int64_t tokens, int64_t labels, const double* log_p, int64_t* tags) {
    std::vector<char> by_inside(tokens * labels);
    std::vector<double> opened(labels, -INFINITY);
    double closed = 0;
    for (int64_t t = 0; t < tokens; t++) {
        const double* token = log_p + t * (1 + 4 * labels);
        double best_end = -INFINITY, best_single = -INFINITY;
        int64_t ended = 0, alone = 0;
        for (int64_t label = 0; label < labels; label++) {
            const double* p = of_label(token, label);
            double ends = opened[label] + p[2], going_on = opened[label] + p[1], starting = closed + p[0];
            if (ends > best_end) best_end = ends, ended = label;
            if (p[3] > best_single) best_single = p[3], alone = label;
            by_inside[t * labels + label] = going_on > starting;
            opened[label] = going_on > starting ? going_on : starting;
        }
        double best = closed + token[0], single = closed + best_single;
        tags[t] = 0;
        if (single > best) best = single, tags[t] = 4 + 4 * alone;
        if (best_end > best) best = best_end, tags[t] = 3 + 4 * ended;
        closed = best;
    }
    for (int64_t t = tokens - 1; t >= 0; t--) {
        if (tags[t] % 4 != 3) continue;
        int64_t label = tags[t] / 4;
        for (t--; by_inside[t * labels + label]; t--) tags[t] = 2 + 4 * label;
        tags[t] = 1 + 4 * label;
    }
}

extern "C" void closed_sums_float64(int64_t tokens, int64_t labels, const double* p, double* before, double* after) {
    std::vector<double> opened(labels);
    double* open = opened.data();
    int64_t width = 1 + 4 * labels;
    double closed = 1, scale = 0;
    auto step = [&](double next, double total, double* log_sum) {
        for (int64_t label = 0; label < labels; label++) open[label] /= total;
        closed = next / total;
        scale += std::log(total);
        *log_sum = scale + std::log(closed);
    };
    before[0] = 0;
    for (int64_t t = 0; t < tokens; t++) {
        double stay = p[t * width], ends = 0, total = 0;
#pragma omp simd reduction(+ : stay, ends, total)
        for (int64_t label = 0; label < labels; label++) {
            const double* tag = of_label(p + t * width, label);
            stay += tag[3];
            ends += open[label] * tag[2];
            open[label] = closed * tag[0] + open[label] * tag[1];
            total += open[label];
        }
        double next = closed * stay + ends;
        step(next, next + total, before + t + 1);
    }
    std::fill(opened.begin(), opened.end(), 0.0);
    closed = 1, scale = 0, after[tokens] = 0;
    for (int64_t t = tokens - 1; t >= 0; t--) {
        double stay = p[t * width], begins = 0, total = 0;
#pragma omp simd reduction(+ : stay, begins, total)
        for (int64_t label = 0; label < labels; label++) {
            const double* tag = of_label(p + t * width, label);
            stay += tag[3];
            begins += tag[0] * open[label];
            open[label] = closed * tag[2] + tag[1] * open[label];
            total += open[label];
        }
        double next = closed * stay + begins;
        step(next, next + total, after + t);
    }
}

#ifdef __AVX512BF16__
namespace {

// A product of BLOCK rows by PANEL columns stays in registers: 24 of 32 hold sums, two a pair of weights' rows. Of a
// chunk of rows the inputs stay in the second cache while all panels pass.
constexpr int64_t PANEL = 32, BLOCK = 12, CHUNK = 16 * BLOCK;

// Sixteen sums, as they are or rounded.
inline void put(float* y, __m512 sums) { _mm512_storeu_ps(y, sums); }
inline void put(bfloat16* y, __m512 sums) { _mm256_storeu_si256((__m256i*)y, (__m256i)_mm512_cvtneps_pbh(sums)); }

// y = xW for `in` columns of each row of x, which is `width` wide; y is `out` wide.
template <int ROWS, class T>
void block(int64_t in, int64_t width, int64_t out, const bfloat16* x, const bfloat16* w, const float* bias, T* y) {
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
            std::memcpy(&pair, x + row * width + i, sizeof pair);
            __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
            left[row] = _mm512_dpbf16_ps(left[row], both, a);
            right[row] = _mm512_dpbf16_ps(right[row], both, b);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        put(y + row * out, left[row]);
        put(y + row * out + PANEL / 2, right[row]);
    }
}

template <class T>
using Block = void(int64_t, int64_t, int64_t, const bfloat16*, const bfloat16*, const float*, T*);
template <class T>
constexpr Block<T>* BLOCKS[] = {nullptr,     block<1, T>, block<2, T>, block<3, T>,  block<4, T>,  block<5, T>, block<6, T>,
                                block<7, T>, block<8, T>, block<9, T>, block<10, T>, block<11, T>, block<12, T>};

inline int64_t whole_panels(int64_t count) { return (count + PANEL - 1) / PANEL * PANEL; }

// Attention of windows of any length, one window and group at a time: queries meet keys, and probabilities values, in
// blocks of the products above, with the keys, or the values, as the weight. Softmax and all sums are float.
struct Attention {
    int64_t heads, groups, d;
    bool causal;
    float scaling;
    const bfloat16 *qkv, *cos, *sin;

    // Head `head` of token t, turned.
    const bfloat16* load(int64_t t, int64_t head, bfloat16* to) const {
        const bfloat16* x = qkv + (t * (heads + 2 * groups) + head) * d;
        if (cos)
            turn(x, to, cos + t * d, sin + t * d, 1.0f, d / 2);
        else
            std::memcpy(to, x, d * sizeof *x);
        return to;
    }

    // Rows side by side, as the weight of a product with them: (columns / 32, d / 2, 32, 2), two neighbours of a row at
    // a time, for 32 rows. `row(t)` points to row t.
    template <class Row>
    void pack_across(int64_t length, Row row, bfloat16* to) const {
        bfloat16 none[d];
        std::memset(none, 0, sizeof none);
        for (int64_t t = 0; t < whole_panels(length); t++) {
            const bfloat16* from = t < length ? row(t) : none;
            bfloat16* at = to + t / PANEL * PANEL * d + t % PANEL * 2;
            for (int64_t i = 0; i < d; i += 2) std::memcpy(at + i * PANEL, from + i, 2 * sizeof *from);
        }
    }

    // Rows under one another, as the weight of a product with shares of them: (d / 32, columns / 2, 32, 2), two
    // neighbouring rows at a time, for 32 places of a row.
    template <class Row>
    void pack_down(int64_t length, Row row, bfloat16* to) const {
        int64_t columns = whole_panels(length);
        for (int64_t t = 0; t < columns; t += 2) {
            const bfloat16 *one = t < length ? row(t) : nullptr, *two = t + 1 < length ? row(t + 1) : nullptr;
            for (int64_t at = 0; at < d; at += LANES)
                put_pairs(to + at / PANEL * PANEL * columns + at % PANEL * 2 + t * PANEL, one ? one + at : nullptr,
                          two ? two + at : nullptr);
        }
    }

    // Sixteen numbers of two rows, in turns; those of no row are zero.
    static void put_pairs(bfloat16* to, const bfloat16* one, const bfloat16* two) {
        __m512i a = _mm512_setzero_si512(), b = a;
        if (one) a = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)one));
        if (two) b = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)two));
        _mm512_storeu_si512(to, _mm512_or_si512(a, _mm512_slli_epi32(b, 16)));
    }

    const bfloat16* value(int64_t t, int64_t group) const {
        return qkv + (t * (heads + 2 * groups) + heads + groups + group) * d;
    }

    // Into `sums`, where there is one, goes the logarithm to base 2 of what each query's powers come to.
    void window(int64_t first, int64_t length, int64_t group, bfloat16* out, float* sums) const {
        int64_t columns = whole_panels(length), shared = heads / groups;
        static thread_local std::vector<bfloat16> room;
        static thread_local std::vector<float> float_room;
        room.resize(2 * columns * d + BLOCK * (d + columns));
        float_room.resize(BLOCK * (columns + d));
        bfloat16 *keys = room.data(), *values = keys + columns * d, *queries = values + columns * d;
        bfloat16 *shares = queries + BLOCK * d, key[d];
        float *logits = float_room.data(), *mixed = logits + BLOCK * columns;
        pack_across(length, [&](int64_t t) { return load(first + t, heads + group, key); }, keys);
        pack_down(length, [&](int64_t t) { return value(first + t, group); }, values);
        // The queries of the heads that share these keys, one head after the other.
        for (int64_t from = 0; from < shared * length; from += BLOCK) {
            int64_t count = std::min(BLOCK, shared * length - from), reach = 0;
            float totals[BLOCK];
            for (int64_t row = 0; row < count; row++) {
                int64_t head = group * shared + (from + row) / length, t = (from + row) % length;
                load(first + t, head, queries + row * d);
                reach = std::max(reach, causal ? t + 1 : length);
            }
            reach = whole_panels(reach);
            for (int64_t at = 0; at < reach; at += PANEL)
                BLOCKS<float>[count](d, d, reach, queries, keys + at * d, nullptr, logits + at);
            for (int64_t row = 0; row < count; row++) {
                int64_t head = group * shared + (from + row) / length, t = (from + row) % length;
                float *v = logits + row * reach, most = greatest(v, causal ? t + 1 : length, reach);
                totals[row] = exponentials(v, -most, reach, shares + row * reach);
                if (sums) sums[(first + t) * heads + head] = most + std::log2(totals[row]);
            }
            for (int64_t at = 0; at < d; at += PANEL)
                BLOCKS<float>[count](reach, reach, d, shares, values + at * columns, nullptr, mixed + at);
            for (int64_t row = 0; row < count; row++) {
                int64_t head = group * shared + (from + row) / length, t = (from + row) % length;
                __m512 share = _mm512_set1_ps(1.0f / totals[row]);
                for (int64_t i = 0; i < d; i += LANES)
                    put(out + ((first + t) * heads + head) * d + i,
                        _mm512_mul_ps(share, _mm512_loadu_ps(mixed + row * d + i)));
            }
        }
    }

    // The gradient of a window by its queries, keys and values, from that by what it gave. Rows are queries, those of
    // one token together, so that what looks back ends with a row. Shares and their gradients S are computed again, a
    // block of rows at a time, and laid out as the weights of products with the rows on their side:
    //     dVᵀ = gᵀ P      dKᵀ = Qᵀ S      dQ = S K
    void window_backward(int64_t first, int64_t length, int64_t group, const bfloat16* out, const float* sums,
                         const bfloat16* g, bfloat16* dqkv) const {
        int64_t columns = whole_panels(length), shared = heads / groups, stride = (heads + 2 * groups) * d;
        int64_t rows = shared * length, width = rows + rows % 2;
        static thread_local std::vector<bfloat16> room;
        static thread_local std::vector<float> float_room;
        room.resize((3 * columns + 2 * width) * d + 2 * columns * width + 2 * BLOCK * (d + columns));
        float_room.resize(2 * BLOCK * columns + std::max(BLOCK, columns) * d);
        bfloat16 *keys = room.data(), *keys_down = keys + columns * d, *values = keys_down + columns * d;
        bfloat16 *turned = values + columns * d, *g_turned = turned + width * d;  // Qᵀ and gᵀ, (d, width)
        bfloat16 *p_down = g_turned + width * d, *s_down = p_down + columns * width;
        bfloat16 *queries = s_down + columns * width, *gradients = queries + BLOCK * d;
        bfloat16 *p = gradients + BLOCK * d, *s = p + BLOCK * columns, pair[2 * d];
        float *logits = float_room.data(), *dp = logits + BLOCK * columns, *mixed = dp + BLOCK * columns;
        pack_across(length, [&](int64_t t) { return load(first + t, heads + group, pair); }, keys);
        pack_down(length, [&](int64_t t) { return load(first + t, heads + group, pair + t % 2 * d); }, keys_down);
        pack_across(length, [&](int64_t t) { return value(first + t, group); }, values);
        for (int64_t i = 0; i < d; i++) turned[i * width + width - 1] = g_turned[i * width + width - 1] = {0};
        for (int64_t from = 0; from < rows; from += BLOCK) {
            int64_t count = std::min(BLOCK, rows - from);
            int64_t reach = whole_panels(causal ? (from + count - 1) / shared + 1 : length);
            for (int64_t row = 0; row < count; row++) {
                int64_t t = first + (from + row) / shared, head = group * shared + (from + row) % shared;
                load(t, head, queries + row * d);
                std::memcpy(gradients + row * d, g + (t * heads + head) * d, d * sizeof *g);
            }
            turn_over(count, width, queries, turned + from);
            turn_over(count, width, gradients, g_turned + from);
            for (int64_t at = 0; at < reach; at += PANEL) {
                BLOCKS<float>[count](d, d, reach, queries, keys + at * d, nullptr, logits + at);
                BLOCKS<float>[count](d, d, reach, gradients, values + at * d, nullptr, dp + at);
            }
            for (int64_t row = 0; row < count; row++) {
                int64_t t = (from + row) / shared, at = (first + t) * heads + group * shared + (from + row) % shared;
                float *v = logits + row * reach, along = dot(gradients + row * d, out + at * d);
                for (int64_t i = causal ? t + 1 : length; i < reach; i++) v[i] = -INFINITY;
                exponentials(v, -sums[at], reach, p + row * reach);
                by_logits(p + row * reach, dp + row * reach, along, reach, s + row * reach);
            }
            for (int64_t row = 0; row < count; row += 2)
                for (int64_t i = 0; i < reach; i += LANES) {
                    int64_t to = i / PANEL * PANEL * width + i % PANEL * 2 + (from + row) * PANEL, at = row * reach + i;
                    put_pairs(p_down + to, p + at, row + 1 < count ? p + at + reach : nullptr);
                    put_pairs(s_down + to, s + at, row + 1 < count ? s + at + reach : nullptr);
                }
            for (int64_t at = 0; at < d; at += PANEL)
                BLOCKS<float>[count](reach, reach, d, s, keys_down + at * columns, nullptr, mixed + at);
            for (int64_t row = 0; row < count; row++) {
                int64_t t = first + (from + row) / shared, head = group * shared + (from + row) % shared;
                turn_back(t, mixed + row * d, dqkv + t * stride + head * d);
            }
        }
        // What looks back leaves out the rows before a panel's first key.
        auto by_rows = [&](const bfloat16* x, const bfloat16* w, auto write) {
            for (int64_t at = 0; at < columns; at += PANEL) {
                int64_t before = causal ? at * shared : 0;
                for (int64_t i = 0; i < d; i += BLOCK) {
                    int64_t count = std::min(BLOCK, d - i);
                    BLOCKS<float>[count](width - before, width, columns, x + i * width + before,
                                         w + at * width + before * PANEL, nullptr, mixed + i * columns + at);
                }
            }
            float token[d];
            for (int64_t t = 0; t < length; t++) {
                for (int64_t i = 0; i < d; i++) token[i] = mixed[i * columns + t];
                write(first + t, token);
            }
        };
        by_rows(g_turned, p_down, [&](int64_t t, const float* token) {
            bfloat16* to = dqkv + t * stride + (heads + groups + group) * d;
            for (int64_t i = 0; i < d; i += LANES) put(to + i, _mm512_loadu_ps(token + i));
        });
        by_rows(turned, s_down, [&](int64_t t, const float* token) {
            turn_back(t, token, dqkv + t * stride + (heads + group) * d);
        });
    }

    // Rows `(count, d)` as columns of what is `width` wide.
    void turn_over(int64_t count, int64_t width, const bfloat16* rows, bfloat16* to) const {
        for (int64_t i = 0; i < d; i++)
            for (int64_t row = 0; row < count; row++) to[i * width + row] = rows[row * d + i];
    }

    void turn_back(int64_t t, const float* from, bfloat16* to) const {
        if (cos)
            turn(from, to, cos + t * d, sin + t * d, -1.0f, d / 2);
        else
            for (int64_t i = 0; i < d; i += LANES) put(to + i, _mm512_loadu_ps(from + i));
    }

    float dot(const bfloat16* x, const bfloat16* y) const {
        __m512 sum = _mm512_setzero_ps();
        for (int64_t i = 0; i < d; i += PANEL)
            sum = _mm512_dpbf16_ps(sum, (__m512bh)_mm512_loadu_si512(x + i), (__m512bh)_mm512_loadu_si512(y + i));
        return _mm512_reduce_add_ps(sum);
    }

    // scaling · p (dp - along)
    void by_logits(const bfloat16* p, const float* dp, float along, int64_t width, bfloat16* to) const {
        __m512 less = _mm512_set1_ps(along), by = _mm512_set1_ps(scaling);
        for (int64_t i = 0; i < width; i += LANES) {
            __m512 share = _mm512_castsi512_ps(
                _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)(p + i))), 16));
            put(to + i, _mm512_mul_ps(_mm512_mul_ps(by, share), _mm512_sub_ps(_mm512_loadu_ps(dp + i), less)));
        }
    }

    // The greatest of the `seen` first logits of a row, to base 2; the others are made to count nothing.
    float greatest(float* v, int64_t seen, int64_t width) const {
        for (int64_t i = seen; i < width; i++) v[i] = -INFINITY;
        __m512 most = _mm512_loadu_ps(v);
        for (int64_t i = LANES; i < width; i += LANES) most = _mm512_max_ps(most, _mm512_loadu_ps(v + i));
        return scaling * LOG2_E * _mm512_reduce_max_ps(most);
    }

    // 2 to the logits, to base 2, and `plus` that. Gives their sum. As in `exponential`, with as many terms as show in
    // bfloat16.
    float exponentials(const float* v, float plus, int64_t width, bfloat16* to) const {
        __m512 total = _mm512_setzero_ps(), by = _mm512_set1_ps(scaling * LOG2_E), more = _mm512_set1_ps(plus);
        for (int64_t i = 0; i < width; i += LANES) {
            __m512 x = _mm512_fmadd_ps(_mm512_loadu_ps(v + i), by, more);
            x = _mm512_max_ps(x, _mm512_set1_ps(-150.0f));
            __m512 n = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm512_sub_ps(x, n);
            __m512 p = _mm512_set1_ps(1.33335581e-3f);
            for (float term : {9.61812911e-3f, 5.55041087e-2f, 2.40226507e-1f, 6.93147181e-1f, 1.0f})
                p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(term));
            p = _mm512_scalef_ps(p, n);
            total = _mm512_add_ps(total, p);
            put(to + i, p);
        }
        return _mm512_reduce_add_ps(total);
    }
};

}  // namespace

extern "C" void attend_by_products_bfloat16(int64_t windows, const int64_t* firsts, int64_t heads, int64_t groups,
                                            int64_t d, int causal, float scaling, const bfloat16* qkv,
                                            const bfloat16* cos, const bfloat16* sin, bfloat16* out, float* sums) {
    Attention attention{heads, groups, d, causal != 0, scaling, qkv, cos, sin};
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < windows * groups; task++) {
        const int64_t* first = firsts + task / groups;
        attention.window(first[0], first[1] - first[0], task % groups, out, sums);
    }
}

extern "C" void attend_backward_bfloat16(int64_t windows, const int64_t* firsts, int64_t heads, int64_t groups,
                                         int64_t d, int causal, float scaling, const bfloat16* qkv, const bfloat16* cos,
                                         const bfloat16* sin, const bfloat16* out, const float* sums, const bfloat16* g,
                                         bfloat16* dqkv) {
    Attention attention{heads, groups, d, causal != 0, scaling, qkv, cos, sin};
#pragma omp parallel for schedule(dynamic)
    for (int64_t task = 0; task < windows * groups; task++) {
        const int64_t* first = firsts + task / groups;
        attention.window_backward(first[0], first[1] - first[0], task % groups, out, sums, g, dqkv);
    }
}

namespace {

// Calls compute(at, from, past) for every panel of outputs, from `at` on, and block of rows.
template <class Compute>
void in_blocks(int64_t rows, int64_t out, Compute compute) {
    int64_t chunks = (rows + CHUNK - 1) / CHUNK, panels = out / PANEL;
#pragma omp parallel for schedule(static)
    for (int64_t task = 0; task < chunks * panels; task++) {
        // Chunks and their blocks are of nearly equal size, so that threads have equal shares.
        int64_t at = task % panels * PANEL, chunk = task / panels, first = rows * chunk / chunks;
        int64_t count = rows * (chunk + 1) / chunks - first, blocks = (count + BLOCK - 1) / BLOCK;
        for (int64_t b = 0; b < blocks; b++)
            compute(at, first + count * b / blocks, first + count * (b + 1) / blocks);
    }
}

}  // namespace

extern "C" void product_bfloat16(int64_t rows, int64_t in, int64_t out, const bfloat16* x, const bfloat16* weight,
                                 const float* bias, bfloat16* y) {
    in_blocks(rows, out, [&](int64_t at, int64_t from, int64_t past) {
        BLOCKS<bfloat16>[past - from](in, in, out, x + from * in, weight + at * in, bias ? bias + at : nullptr,
                                      y + from * out + at);
    });
}

#ifdef __AVX512VNNI__
namespace {

// A product of bytes: of PANEL outputs the weights, what the 128 added to every input come to, scales and bias; and of
// the low-rank update the rank, the width of u, and their rows of B, in pairs.
struct Int8Panel {
    int64_t in, out, rank, u_width;
    const int8_t* weight;
    const int32_t* offset;
    const float *scale, *bias;
    const bfloat16* b;
};

// x = scale · (q - 128), with the greatest of x at 127. Gives the scale: no number where one of x is none.
float to_bytes(int64_t width, const bfloat16* x, uint8_t* q) {
    auto bits = [&](int64_t i) {
        return _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)(x + i))), 16);
    };
    // As whole numbers, without their sign, floats have the order that they have as floats, and what is none is last.
    __m512i most = _mm512_setzero_si512(), unsigned_bits = _mm512_set1_epi32(0x7fffffff);
    for (int64_t i = 0; i < width; i += LANES)
        most = _mm512_max_epu32(most, _mm512_and_si512(bits(i), unsigned_bits));
    uint32_t greatest = _mm512_reduce_max_epu32(most);
    float scale;
    std::memcpy(&scale, &greatest, sizeof scale);
    scale = scale == 0.0f ? 1.0f : scale / 127.0f;
    __m512 by = _mm512_set1_ps(1.0f / scale);
    for (int64_t i = 0; i < width; i += LANES) {
        __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_castsi512_ps(bits(i)), by));
        _mm_storeu_si128((__m128i*)(q + i), _mm512_cvtepi32_epi8(_mm512_add_epi32(whole, _mm512_set1_epi32(128))));
    }
    return scale;
}

// sums += x · w in fours of bytes, x unsigned. In assembly: GCC 12 copies the sums around its own intrinsic.
inline void add_products(__m512i& sums, __m512i x, __m512i w) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
}

// From sums of bytes to outputs, with what the update adds.
template <int ROWS>
void finish(const Int8Panel& panel, const int32_t (*sums)[PANEL], const float* x_scale, const bfloat16* u,
            bfloat16* y) {
    __m512 left[ROWS], right[ROWS];
    __m512 scale_left = _mm512_loadu_ps(panel.scale), scale_right = _mm512_loadu_ps(panel.scale + PANEL / 2);
    __m512 bias_left = _mm512_setzero_ps(), bias_right = bias_left;
    if (panel.bias) bias_left = _mm512_loadu_ps(panel.bias), bias_right = _mm512_loadu_ps(panel.bias + PANEL / 2);
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        __m512 by = _mm512_set1_ps(x_scale[row]);
        __m512 a = _mm512_cvtepi32_ps(_mm512_load_si512(sums[row]));
        __m512 b = _mm512_cvtepi32_ps(_mm512_load_si512(sums[row] + PANEL / 2));
        left[row] = _mm512_fmadd_ps(a, _mm512_mul_ps(by, scale_left), bias_left);
        right[row] = _mm512_fmadd_ps(b, _mm512_mul_ps(by, scale_right), bias_right);
    }
    const bfloat16* w = panel.b;
    for (int64_t i = 0; i < panel.rank; i += 2, w += 2 * PANEL) {
        __m512bh a = (__m512bh)_mm512_loadu_si512(w), b = (__m512bh)_mm512_loadu_si512(w + PANEL);
#pragma GCC unroll 12
        for (int row = 0; row < ROWS; row++) {
            int32_t pair;
            std::memcpy(&pair, u + row * panel.u_width + i, sizeof pair);
            __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
            left[row] = _mm512_dpbf16_ps(left[row], both, a);
            right[row] = _mm512_dpbf16_ps(right[row], both, b);
        }
    }
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        put(y + row * panel.out, left[row]);
        put(y + row * panel.out + PANEL / 2, right[row]);
    }
}

template <int ROWS>
void int8_block(const Int8Panel& panel, const uint8_t* x, const float* x_scale, const bfloat16* u, bfloat16* y) {
    __m512i left[ROWS], right[ROWS];
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        left[row] = _mm512_loadu_si512(panel.offset);
        right[row] = _mm512_loadu_si512(panel.offset + PANEL / 2);
    }
    const int8_t* w = panel.weight;
    for (int64_t i = 0; i < panel.in; i += 4, w += 4 * PANEL) {
        __m512i a = _mm512_loadu_si512(w), b = _mm512_loadu_si512(w + 2 * PANEL);
#pragma GCC unroll 12
        for (int row = 0; row < ROWS; row++) {
            int32_t four;
            std::memcpy(&four, x + row * panel.in + i, sizeof four);
            __m512i all = _mm512_set1_epi32(four);
            add_products(left[row], all, a);
            add_products(right[row], all, b);
        }
    }
    // By way of memory, so that all registers are free for the sums until here.
    alignas(64) int32_t sums[ROWS][PANEL];
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        _mm512_store_si512(sums[row], left[row]);
        _mm512_store_si512(sums[row] + PANEL / 2, right[row]);
    }
    finish<ROWS>(panel, sums, x_scale, u, y);
}

using Int8Block = void(const Int8Panel&, const uint8_t*, const float*, const bfloat16*, bfloat16*);
constexpr Int8Block* INT8_BLOCKS[] = {nullptr,        int8_block<1>, int8_block<2>,  int8_block<3>, int8_block<4>,
                                      int8_block<5>,  int8_block<6>, int8_block<7>,  int8_block<8>, int8_block<9>,
                                      int8_block<10>, int8_block<11>, int8_block<12>};

}  // namespace

extern "C" void int8_product_bfloat16(int64_t rows, int64_t in, int64_t out, int64_t rank, int64_t u_width,
                                      const bfloat16* x, const int8_t* weight, const int32_t* offset,
                                      const float* scale, const float* bias, const bfloat16* u, const int64_t* columns,
                                      const bfloat16* b, bfloat16* y) {
    static thread_local std::vector<uint8_t> bytes;
    static thread_local std::vector<float> scales;
    bytes.resize(std::max(bytes.size(), static_cast<size_t>(rows * in)));
    scales.resize(std::max(scales.size(), static_cast<size_t>(rows)));
    uint8_t* q = bytes.data();
    float* x_scale = scales.data();
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) x_scale[row] = to_bytes(in, x + row * in, q + row * in);
    in_blocks(rows, out, [&](int64_t at, int64_t from, int64_t past) {
        Int8Panel panel{in, out, rank, u_width, weight + at * in, offset + at, scale + at, bias ? bias + at : nullptr,
                        b + at * rank};
        INT8_BLOCKS[past - from](panel, q + from * in, x_scale + from, u + from * u_width + columns[at / PANEL],
                                 y + from * out + at);
    });
}
#endif
#endif

// The product with a weight in int8, an update on top, and GELU in the last pass: see int8.py.

#include "blocks.h"

#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
namespace {

// A product of bytes: of PANEL outputs the weights, their sums by output, scales and bias; and of
// the low-rank update the rank, which is 0 where there is none, the width of u, and their rows of B, in pairs.
struct Int8Panel {
    int64_t in, out, rank, u_width;
    bool activated;
    const int8_t* weight;
    const int32_t* total;
    const float *scale, *bias;
    const bfloat16* b;
};

// A row of inputs as bytes: x = scale · (q - zero).
struct Steps {
    float scale;
    int32_t zero;
};

// To 256 steps from the least to the greatest of x, zero being one of them. The scale is no number where one of x is
// none.
Steps to_bytes(int64_t width, const bfloat16* x, uint8_t* q) {
    __m512 least = _mm512_setzero_ps(), most = least;
    // Without their signs, floats read as whole numbers keep their order, with infinity and what is no number last.
    __m512i bits = _mm512_setzero_si512(), unsigned_bits = _mm512_set1_epi32(0x7fffffff);
    for (int64_t i = 0; i < width; i += LANES) {
        __m512i sixteen = wide_bits(x + i);
        least = _mm512_min_ps(least, _mm512_castsi512_ps(sixteen));
        most = _mm512_max_ps(most, _mm512_castsi512_ps(sixteen));
        bits = _mm512_max_epu32(bits, _mm512_and_si512(sixteen, unsigned_bits));
    }
    uint32_t greatest = _mm512_reduce_max_epu32(bits);
    float size;
    std::memcpy(&size, &greatest, sizeof size);
    float from = _mm512_reduce_min_ps(least), scale = _mm512_reduce_max_ps(most) / 255.0f - from / 255.0f;
    if (greatest >= 0x7f800000) return {size, 0};
    if (scale < 1e-30f) scale = 1.0f;  // as good as zero, all of them
    float by = 1.0f / scale;
    int32_t zero = static_cast<int32_t>(std::nearbyint(-from * by));
    __m512i at = _mm512_set1_epi32(zero);
    for (int64_t i = 0; i < width; i += LANES) {
        __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_castsi512_ps(wide_bits(x + i)), _mm512_set1_ps(by)));
        // What rounding brings past the last step is taken back; below the first it brings nothing that counts.
        whole = _mm512_max_epi32(_mm512_setzero_si512(), _mm512_add_epi32(whole, at));
        _mm_storeu_si128((__m128i*)(q + i), _mm512_cvtusepi32_epi8(whole));
    }
    return {scale, zero};
}

// sums += x · w in fours of bytes, x unsigned. In assembly: GCC 12 copies the sums around its own intrinsic.
inline void add_products(__m512i& sums, __m512i x, __m512i w) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
}

// From sums of bytes to outputs, with what the update adds, and with `activated` the GELU of that.
template <int ROWS>
void finish(const Int8Panel& panel, const int32_t (*sums)[PANEL], const Steps* steps, const bfloat16* u,
            bfloat16* y) {
    __m512 left[ROWS], right[ROWS];
    __m512 scale_left = _mm512_loadu_ps(panel.scale), scale_right = _mm512_loadu_ps(panel.scale + PANEL / 2);
    __m512 bias_left = _mm512_setzero_ps(), bias_right = bias_left;
    if (panel.bias) bias_left = _mm512_loadu_ps(panel.bias), bias_right = _mm512_loadu_ps(panel.bias + PANEL / 2);
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        __m512 by = _mm512_set1_ps(steps[row].scale);
        __m512i zero = _mm512_set1_epi32(steps[row].zero);
        auto sum = [&](int64_t i) {  // of x / scale · w
            __m512i of_zeros = _mm512_mullo_epi32(zero, _mm512_loadu_si512(panel.total + i));
            return _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_load_si512(sums[row] + i), of_zeros));
        };
        __m512 a = sum(0), b = sum(PANEL / 2);
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
        if (panel.activated) {
            alignas(64) float outputs[PANEL];
            put(outputs, left[row]);
            put(outputs + PANEL / 2, right[row]);
#pragma omp simd
            for (int64_t i = 0; i < PANEL; i++) outputs[i] = rough_gelu(outputs[i]);
            left[row] = _mm512_load_ps(outputs), right[row] = _mm512_load_ps(outputs + PANEL / 2);
        }
        put(y + row * panel.out, left[row]);
        put(y + row * panel.out + PANEL / 2, right[row]);
    }
}

template <int ROWS>
void int8_block(const Int8Panel& panel, const uint8_t* x, const Steps* steps, const bfloat16* u, bfloat16* y) {
    __m512i left[ROWS], right[ROWS];
#pragma GCC unroll 12
    for (int row = 0; row < ROWS; row++) {
        left[row] = right[row] = _mm512_setzero_si512();
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
    finish<ROWS>(panel, sums, steps, u, y);
}

using Int8Block = void(const Int8Panel&, const uint8_t*, const Steps*, const bfloat16*, bfloat16*);
constexpr Int8Block* INT8_BLOCKS[] = {nullptr,        int8_block<1>, int8_block<2>,  int8_block<3>, int8_block<4>,
                                      int8_block<5>,  int8_block<6>, int8_block<7>,  int8_block<8>, int8_block<9>,
                                      int8_block<10>, int8_block<11>, int8_block<12>};

}  // namespace

extern "C" void int8_linear_bfloat16(int64_t rows, int64_t in, int64_t out, int64_t rank, int64_t u_width,
                                      const bfloat16* x, const int8_t* weight, const int32_t* total,
                                      const float* scale, const float* bias, const bfloat16* u, const int64_t* columns,
                                      const bfloat16* b, int activated, bfloat16* y) {
    static thread_local std::vector<uint8_t> bytes;
    static thread_local std::vector<Steps> kept;
    bytes.resize(std::max(bytes.size(), static_cast<size_t>(rows * in)));
    kept.resize(std::max(kept.size(), static_cast<size_t>(rows)));
    uint8_t* q = bytes.data();
    Steps* steps = kept.data();
#pragma omp parallel for schedule(static)
    for (int64_t row = 0; row < rows; row++) steps[row] = to_bytes(in, x + row * in, q + row * in);
    in_blocks(rows, out, [&](int64_t at, int64_t from, int64_t past) {
        Int8Panel panel{in,          out,        rank, u_width, activated != 0, weight + at * in,
                        total + at,  scale + at, bias ? bias + at : nullptr, rank ? b + at * rank : nullptr};
        INT8_BLOCKS[past - from](panel, q + from * in, steps + from,
                                 rank ? u + from * u_width + columns[at / PANEL] : nullptr, y + from * out + at);
    });
}
#endif

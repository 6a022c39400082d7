// The product with a frozen weight in int8, and an update on top: see int8.py.

#include "blocks.h"

#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
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
    // As whole numbers, without their sign, floats have the order that they have as floats, and what is none is last.
    __m512i most = _mm512_setzero_si512(), unsigned_bits = _mm512_set1_epi32(0x7fffffff);
    for (int64_t i = 0; i < width; i += LANES)
        most = _mm512_max_epu32(most, _mm512_and_si512(wide_bits(x + i), unsigned_bits));
    uint32_t greatest = _mm512_reduce_max_epu32(most);
    float scale;
    std::memcpy(&scale, &greatest, sizeof scale);
    scale = scale == 0.0f ? 1.0f : scale / 127.0f;
    __m512 by = _mm512_set1_ps(1.0f / scale);
    for (int64_t i = 0; i < width; i += LANES) {
        __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_castsi512_ps(wide_bits(x + i)), by));
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

extern "C" void int8_linear_bfloat16(int64_t rows, int64_t in, int64_t out, int64_t rank, int64_t u_width,
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

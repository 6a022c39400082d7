// All layers of an encoder in one call, of the kernels that serve a single layer: see encode.py.

#include "numbers.h"

extern "C" {
void packed_linear_float32(int64_t, int64_t, int64_t, const float*, const float*, const float*, int, float*);
void packed_linear_bfloat16(int64_t, int64_t, int64_t, const bfloat16*, const bfloat16*, const float*, int, bfloat16*);
void int8_linear_bfloat16(int64_t, int64_t, int64_t, int64_t, int64_t, const bfloat16*, const int8_t*, const int32_t*,
                          const float*, const float*, const bfloat16*, const int64_t*, const bfloat16*, int, bfloat16*);
void attend_float32(int64_t, const int64_t*, int64_t, int64_t, int64_t, int, float, const float*, const float*,
                    const float*, float*);
void attend_by_matmul_bfloat16(int64_t, const int64_t*, int64_t, int64_t, int64_t, int, float, const bfloat16*,
                               const bfloat16*, const bfloat16*, bfloat16*, float*);
void add_layer_norm_float32(int64_t, int64_t, const float*, const float*, const float*, const float*, float, float*);
void add_layer_norm_bfloat16(int64_t, int64_t, const bfloat16*, const bfloat16*, const bfloat16*, const bfloat16*,
                             float, bfloat16*);
}

namespace {

// The addresses of a matmul's parts, of a norm's weight and bias, or of all layers'.
using Addresses = const int64_t*;

template <class T>
const T* address(Addresses at, int place) {
    return reinterpret_cast<const T*>(at[place]);
}

// How a layer is computed: PARTS addresses make a matmul.
struct Float32 {
    using Number = float;
    static constexpr int PARTS = 2;  // weight, bias
    static void linear(int64_t rows, int64_t in, int64_t out, const float* x, Addresses at, int activated, float* y) {
        packed_linear_float32(rows, in, out, x, address<float>(at, 0), address<float>(at, 1), activated, y);
    }
    static void attend(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t d, float scaling,
                       const float* qkv, float* y) {
        attend_float32(windows, cu_seqlens, heads, heads, d, 0, scaling, qkv, nullptr, nullptr, y);
    }
    static void norm(int64_t rows, int64_t width, const float* delta, Addresses at, float epsilon, float* h) {
        add_layer_norm_float32(rows, width, h, delta, address<float>(at, 0), address<float>(at, 1), epsilon, h);
    }
};

struct Bfloat16 {
    using Number = bfloat16;
    static constexpr int PARTS = 2;
    static void linear(int64_t rows, int64_t in, int64_t out, const bfloat16* x, Addresses at, int activated,
                       bfloat16* y) {
        packed_linear_bfloat16(rows, in, out, x, address<bfloat16>(at, 0), address<float>(at, 1), activated, y);
    }
    static void attend(int64_t windows, const int64_t* cu_seqlens, int64_t heads, int64_t d, float scaling,
                       const bfloat16* qkv, bfloat16* y) {
        attend_by_matmul_bfloat16(windows, cu_seqlens, heads, heads, d, 0, scaling, qkv, nullptr, nullptr, y, nullptr);
    }
    static void norm(int64_t rows, int64_t width, const bfloat16* delta, Addresses at, float epsilon, bfloat16* h) {
        add_layer_norm_bfloat16(rows, width, h, delta, address<bfloat16>(at, 0), address<bfloat16>(at, 1), epsilon, h);
    }
};

struct Int8 : Bfloat16 {
    static constexpr int PARTS = 4;  // q, bias, total, scale
    static void linear(int64_t rows, int64_t in, int64_t out, const bfloat16* x, Addresses at, int activated,
                       bfloat16* y) {
        int8_linear_bfloat16(rows, in, out, 0, 0, x, address<int8_t>(at, 0), address<int32_t>(at, 2),
                             address<float>(at, 3), address<float>(at, 1), nullptr, nullptr, nullptr, activated, y);
    }
};

// `at` has, of each layer, the matmul of queries, keys and values, the one that mixes the heads, the norm after it, the
// matmul that widens, the one that narrows, and the last norm.
template <class By, class T = typename By::Number>
void encode(int64_t layers, int64_t tokens, int64_t width, int64_t inner, int64_t windows, const int64_t* cu_seqlens,
            int64_t heads, float scaling, float epsilon, Addresses at, T* h) {
    static thread_local std::vector<T> room;
    size_t needed = tokens * (2 * width + std::max(3 * width, inner));
    if (room.size() < needed) room.resize(needed);
    T *attended = room.data(), *delta = attended + tokens * width, *wide = delta + tokens * width;
    for (int64_t layer = 0; layer < layers; layer++) {
        Addresses mix = at + By::PARTS, norm = mix + By::PARTS, widen = norm + 2, narrow = widen + By::PARTS;
        By::linear(tokens, width, 3 * width, h, at, 0, wide);
        By::attend(windows, cu_seqlens, heads, width / heads, scaling, wide, attended);
        By::linear(tokens, width, width, attended, mix, 0, delta);
        By::norm(tokens, width, delta, norm, epsilon, h);
        By::linear(tokens, width, inner, h, widen, 1, wide);
        By::linear(tokens, inner, width, wide, narrow, 0, delta);
        By::norm(tokens, width, delta, narrow + By::PARTS, epsilon, h);
        at = narrow + By::PARTS + 2;
    }
}

}  // namespace

#define BY(WAY, NAME)                                                                                                  \
    extern "C" void encode_##NAME(int64_t layers, int64_t tokens, int64_t width, int64_t inner, int64_t windows,       \
                                  const int64_t* cu_seqlens, int64_t heads, float scaling, float epsilon,              \
                                  const int64_t* addresses, WAY::Number* h) {                                          \
        encode<WAY>(layers, tokens, width, inner, windows, cu_seqlens, heads, scaling, epsilon, addresses, h);         \
    }

#if defined(__AVX2__) && defined(__FMA__)
BY(Float32, float32)
#endif
#ifdef __AVX512BF16__
BY(Bfloat16, bfloat16)
#endif
#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
extern "C" void encode_int8_bfloat16(int64_t layers, int64_t tokens, int64_t width, int64_t inner, int64_t windows,
                                     const int64_t* cu_seqlens, int64_t heads, float scaling, float epsilon,
                                     const int64_t* addresses, bfloat16* h) {
    encode<Int8>(layers, tokens, width, inner, windows, cu_seqlens, heads, scaling, epsilon, addresses, h);
}
#endif

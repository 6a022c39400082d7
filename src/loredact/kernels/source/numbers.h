// Numbers of either precision, and what all kernels compute with them.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

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

constexpr int64_t LANES = 16;
constexpr float LOG2_E = 1.44269504f;

// e^x = 2^n · 2^f with n whole and |f| <= 1/2; 2^f by the first terms of its Taylor series, right to 1e-8. log2(e) is
// taken in two parts, so that f stays exact where n is large. Beside 1.5 · 2^23 a float has no room for a fraction: the
// sum is rounded to whole numbers, and n stands in its last bits. What is no number has n of any value, and stays so by p.
inline float exponential(float x) {
    constexpr float WHOLE = 12582912.0f;
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float sum = x * LOG2_E + WHOLE, n = sum - WHOLE;
    float f = std::fma(x, LOG2_E, -n) + x * 1.92596299e-8f;
    float p = 1.52527338e-5f;    // ln(2)^7 / 7!
    p = p * f + 1.54035304e-4f;  // ln(2)^6 / 6!
    p = p * f + 1.33335581e-3f;  // and so on
    p = p * f + 9.61812911e-3f;
    p = p * f + 5.55041087e-2f;
    p = p * f + 2.40226507e-1f;
    p = p * f + 6.93147181e-1f;
    p = p * f + 1.0f;
    uint32_t bits;
    std::memcpy(&bits, &sum, sizeof bits);
    bits = (bits + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return p * power;
}

// x Φ(x), with the error function by Abramowitz and Stegun, 7.1.26, right to 2e-7.
inline float gelu(float x) {
    float z = std::fabs(x) * 0.70710678f, t = 1.0f / (1.0f + 0.3275911f * z);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float tail = 0.5f * p * t * exponential(-z * z);  // Φ(-|x|)
    return x * (x < 0.0f ? tail : 1.0f - tail);
}

// The same right to 2e-4, for what is rounded to bfloat16: Φ(x) = 1/2 + x p(x²) between -4 and 4, with p fitted so that
// x Φ(x) errs least and Φ is 0 and 1 at the ends.
inline float rough_gelu(float x) {
    float z = x < -4.0f ? -4.0f : x > 4.0f ? 4.0f : x, t = z * z;
    float p = 2.25880434e-8f;
    p = p * t - 1.58881790e-6f;
    p = p * t + 4.77636859e-5f;
    p = p * t - 8.12185346e-4f;
    p = p * t + 8.76367930e-3f;
    p = p * t - 6.45543858e-2f;
    p = p * t + 3.97870243e-1f;
    float phi = 0.499998f + z * p;  // a little less, so that rounding leaves nothing at -4
    return x * (phi < 0.0f ? 0.0f : phi);
}

inline float* scratch(int64_t width) {
    static thread_local std::vector<float> room;
    if (room.size() < static_cast<size_t>(width)) room.resize(width);
    return room.data();
}

// The two halves of x, rotated by the angles whose cosines and sines are given; `direction` -1 turns back.
template <class X, class T>
inline void rotate(const X* x, T* y, const T* cos, const T* sin, float direction, int64_t half) {
#pragma omp simd
    for (int64_t i = 0; i < half; i++) {
        float a = wide(x[i]), b = wide(x[i + half]), c = wide(cos[i]), s = direction * wide(sin[i]);
        y[i] = narrow<T>(a * c - b * s);
        y[i + half] = narrow<T>(b * c + a * s);
    }
}

}  // namespace

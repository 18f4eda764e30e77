/*
 * Constants for the mathematical functions, as wide numbers (see wide.h): sign, exponent, 128 bits. Computed with a
 * multiple-precision calculator and rounded to nearest.
 */
#include "wide.h"

const struct wide __wide_one = {0, 1, 0x8000000000000000ULL, 0x0000000000000000ULL}; /* 1 */
const struct wide __wide_half_pi = {0, 1, 0xc90fdaa22168c234ULL, 0xc4c6628b80dc1cd1ULL}; /* pi / 2 */
const struct wide __wide_pi = {0, 2, 0xc90fdaa22168c234ULL, 0xc4c6628b80dc1cd1ULL}; /* pi */
const struct wide __wide_ln2 = {0, 0, 0xb17217f7d1cf79abULL, 0xc9e3b39803f2f6afULL}; /* ln 2 */
const struct wide __wide_log2_e = {0, 1, 0xb8aa3b295c17f0bbULL, 0xbe87fed0691d3e89ULL}; /* 1 / ln 2 */
const struct wide __wide_log10_e = {0, -1, 0xde5bd8a937287195ULL, 0x355baaafad33dc32ULL}; /* 1 / ln 10 */

/* 1 / n! */
const struct wide __wide_inverse_factorials[WIDE_FACTORIALS] = {
    {0, 1, 0x8000000000000000ULL, 0x0000000000000000ULL},
    {0, 1, 0x8000000000000000ULL, 0x0000000000000000ULL},
    {0, 0, 0x8000000000000000ULL, 0x0000000000000000ULL},
    {0, -2, 0xaaaaaaaaaaaaaaaaULL, 0xaaaaaaaaaaaaaaabULL},
    {0, -4, 0xaaaaaaaaaaaaaaaaULL, 0xaaaaaaaaaaaaaaabULL},
    {0, -6, 0x8888888888888888ULL, 0x8888888888888889ULL},
    {0, -9, 0xb60b60b60b60b60bULL, 0x60b60b60b60b60b6ULL},
    {0, -12, 0xd00d00d00d00d00dULL, 0x00d00d00d00d00d0ULL},
    {0, -15, 0xd00d00d00d00d00dULL, 0x00d00d00d00d00d0ULL},
    {0, -18, 0xb8ef1d2ab6399c7dULL, 0x560e4472800b8ef2ULL},
    {0, -21, 0x93f27dbbc4fae397ULL, 0x780b69f5333c725bULL},
    {0, -25, 0xd7322b3faa271c7fULL, 0x3a3f25c1bee38f10ULL},
    {0, -28, 0x8f76c77fc6c4bdaaULL, 0x26d4c3d67f425f60ULL},
    {0, -32, 0xb092309d43684be5ULL, 0x1c198e91d7b4269eULL},
    {0, -36, 0xc9cba54603e4e905ULL, 0xd6f8a2efd1f27546ULL},
    {0, -40, 0xd73f9f399dc0f88eULL, 0xc32b58774657f48fULL},
    {0, -44, 0xd73f9f399dc0f88eULL, 0xc32b58774657f48fULL},
    {0, -48, 0xca963b81856a5359ULL, 0x3028cbbb8d7ff53cULL},
    {0, -52, 0xb413c31dcbecbbddULL, 0x8024435161554bc3ULL},
    {0, -56, 0x97a4da340a0ab926ULL, 0x50f61dbdcb3a5abfULL},
    {0, -61, 0xf2a15d201011283dULL, 0x4e5695fc785d5dffULL},
    {0, -65, 0xb8dc77b6e7ab8c5fULL, 0x78a37e77372290c2ULL},
    {0, -69, 0x8671cb6dbfc294a2ULL, 0x86485bf99c763abcULL},
    {0, -74, 0xbb0da098b1c0cecbULL, 0xdc3826ebfb13cc27ULL},
    {0, -79, 0xf96780cb97abbe65ULL, 0x25a033e54ec51034ULL},
    {0, -83, 0x9f9e66e8b2fd46a7ULL, 0x22520cbbb7885c4aULL},
    {0, -88, 0xc4742fe35272cd1cULL, 0x790285d3580a4a34ULL},
    {0, -93, 0xe8d58e16e6751905ULL, 0x4d0c78aea13b9a50ULL},
    {0, -97, 0x850c5131a842e9b9ULL, 0xe2e28e1aa546a152ULL},
    {0, -102, 0x92cfcc5a1ac56bd5ULL, 0xf1873bb378948eb3ULL},
};

/* 1 / (2n + 1) */
const struct wide __wide_odd_reciprocals[WIDE_RECIPROCALS] = {
    {0, 1, 0x8000000000000000ULL, 0x0000000000000000ULL},
    {0, -1, 0xaaaaaaaaaaaaaaaaULL, 0xaaaaaaaaaaaaaaabULL},
    {0, -2, 0xccccccccccccccccULL, 0xcccccccccccccccdULL},
    {0, -2, 0x9249249249249249ULL, 0x2492492492492492ULL},
    {0, -3, 0xe38e38e38e38e38eULL, 0x38e38e38e38e38e4ULL},
    {0, -3, 0xba2e8ba2e8ba2e8bULL, 0xa2e8ba2e8ba2e8baULL},
    {0, -3, 0x9d89d89d89d89d89ULL, 0xd89d89d89d89d89eULL},
    {0, -3, 0x8888888888888888ULL, 0x8888888888888889ULL},
    {0, -4, 0xf0f0f0f0f0f0f0f0ULL, 0xf0f0f0f0f0f0f0f1ULL},
    {0, -4, 0xd79435e50d79435eULL, 0x50d79435e50d7943ULL},
    {0, -4, 0xc30c30c30c30c30cULL, 0x30c30c30c30c30c3ULL},
    {0, -4, 0xb21642c8590b2164ULL, 0x2c8590b21642c859ULL},
    {0, -4, 0xa3d70a3d70a3d70aULL, 0x3d70a3d70a3d70a4ULL},
    {0, -4, 0x97b425ed097b425eULL, 0xd097b425ed097b42ULL},
    {0, -4, 0x8d3dcb08d3dcb08dULL, 0x3dcb08d3dcb08d3eULL},
    {0, -4, 0x8421084210842108ULL, 0x4210842108421084ULL},
    {0, -5, 0xf83e0f83e0f83e0fULL, 0x83e0f83e0f83e0f8ULL},
    {0, -5, 0xea0ea0ea0ea0ea0eULL, 0xa0ea0ea0ea0ea0eaULL},
    {0, -5, 0xdd67c8a60dd67c8aULL, 0x60dd67c8a60dd67dULL},
    {0, -5, 0xd20d20d20d20d20dULL, 0x20d20d20d20d20d2ULL},
};

/* atan(n / 8) */
const struct wide __wide_arctangents[9] = {
    {0, 0, 0, 0},
    {0, -3, 0xfeadd4d5617b6e32ULL, 0xc897989f3e888ef8ULL},
    {0, -2, 0xfadbafc96406eb15ULL, 0x6dc79ef5f7a217e6ULL},
    {0, -1, 0xb7b0ca0f26f78473ULL, 0x8aa32122dcfe4483ULL},
    {0, -1, 0xed63382b0dda7b45ULL, 0x6fe445ecbc3a8d03ULL},
    {0, 0, 0x8f005d5ef7f59f9bULL, 0x5c835e1665c43748ULL},
    {0, 0, 0xa4bc7d1934f70924ULL, 0x19a87f2a457dac9fULL},
    {0, 0, 0xb8053e2bc2319e73ULL, 0xcb2da55210a4443dULL},
    {0, 0, 0xc90fdaa22168c234ULL, 0xc4c6628b80dc1cd1ULL},
};

/* 2 / pi in base 2^32, the first word right behind the point; enough for the largest double. */
const uint32_t __two_over_pi[TWO_OVER_PI_WORDS] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d,
};

import { expect, test } from "vitest";
import { check, hex, imageOf, lines } from "./check-c.ts";
import { GCC_ABSENT, gccImage, hasGcc } from "./gcc-image.ts";

/** Declarations whose objects must have the same bytes as GCC gives them. One group a language feature. */
const GROUPS: Readonly<Record<string, string>> = {
  "sizes of the basic types": `
    int s[] = { sizeof(char), sizeof(short), sizeof(int), sizeof(long), sizeof(long long), sizeof(float), sizeof(double), sizeof(long double), sizeof(void *), sizeof(_Bool), sizeof(L'a'), sizeof('a'), sizeof(u'a'), sizeof(U'a') };
    int a[] = { _Alignof(char), _Alignof(short), _Alignof(int), _Alignof(long long), _Alignof(double), _Alignof(long double), _Alignof(void *) };`,
  "plain structs and unions": `
    struct a { char c; int i; short s; }; struct b { char c; long long l; char d; }; union u { char c[5]; int i; double d; };
    struct n { struct a a; char c; union u u; long double q; };
    int s[] = { sizeof(struct a), sizeof(struct b), sizeof(union u), sizeof(struct n), _Alignof(struct n), __builtin_offsetof(struct n, u), __builtin_offsetof(struct n, u.c[3]), __builtin_offsetof(struct b, d) };
    struct a x = { 1, 2, 3 }; struct n y = { { 4, 5, 6 }, 'x', { "abcd" } };`,
  "bit-fields that share and cross units": `
    struct a { int a : 3, b : 7; unsigned c : 22, d : 1; } a = { -2, 5, 0x3fffff, 1 };
    struct b { char c; int f : 7; short s : 9; long long l : 40; _Bool t : 1; } b = { 1, -3, 200, 0x123456789all, 1 };
    struct c { int a : 4; int : 0; int b : 4; char d; int : 3; int e : 5; } c = { 1, 2, 3, 4 };
    struct d { unsigned a : 31; unsigned b : 2; char c; } d = { 0x7fffffff, 3, 9 };
    struct e { char a : 3; int : 0; } e = { 2 }; struct f { int : 5; char c; } f = { 7 }; struct g { short a : 9; short b : 9; char c : 1; } g = { 100, -7, 1 };
    union v { int a : 5; unsigned char b; } v = { 9 };
    int s[] = { sizeof a, sizeof b, sizeof c, sizeof d, sizeof e, sizeof f, sizeof g, sizeof v, _Alignof(struct b), _Alignof(struct e), _Alignof(struct f), _Alignof(struct g) };`,
  "packed and aligned": `
    struct __attribute__((packed)) a { char c; int i; short s; long long l; } a = { 1, 2, 3, 4 };
    struct b { char c; int i __attribute__((packed)); short s; } b = { 1, 2, 3 };
    struct c { char c; int i __attribute__((aligned(16))); } c = { 1, 2 };
    struct d { int x; char y; } __attribute__((aligned(32))) d = { 1, 2 };
    struct e { char a; _Alignas(8) char b; char c; } e = { 1, 2, 3 };
    struct __attribute__((packed)) f { int a : 5; int b : 20; int c : 20; char d; } f = { 1, 2, 3, 4 };
    struct __attribute__((packed)) g { char a; int b : 12; long long c : 45; } g = { 1, -2, 5 };
    #pragma pack(push, 2)
    struct h { char c; int i; long long l; int b : 20; int d : 20; } h = { 1, 2, 3, 4, 5 };
    #pragma pack(pop)
    struct i { char c; struct a a; } i = { 1, { 2 } };
    typedef int wide __attribute__((aligned(16))); struct j { char c; wide w; } j = { 1, 2 };
    int s[] = { sizeof a, sizeof b, sizeof c, sizeof d, sizeof e, sizeof f, sizeof g, sizeof h, sizeof i, sizeof j, _Alignof(struct a), _Alignof(struct d), _Alignof(struct h), _Alignof(struct i), _Alignof(struct j) };`,
  "anonymous members, empty structs, flexible arrays": `
    struct a { int x; struct { int y; union { char c; short s; }; }; int z; } a = { 1, { 2, { 3 } }, 4 }, a2 = { .y = 5, .s = 6, .z = 7 };
    struct e {}; struct f { int n; char data[]; } f = { 3, { 1, 2, 3, 4, 5 } }; struct z { int n; int none[0]; char c; } z = { 1, {}, 2 };
    int s[] = { sizeof(struct a), sizeof(struct e), sizeof(struct f), sizeof(struct z), __builtin_offsetof(struct a, s), __builtin_offsetof(struct f, data) };`,
  enums: `
    enum a { A, B = 5, C, D = -2, E }; enum b { BIG = 0xffffffff }; enum __attribute__((packed)) c { X = 200 };
    int s[] = { sizeof(enum a), sizeof(enum b), sizeof(enum c), A, B, C, D, E, (enum a)-1 < 0, (enum b)-1 < 0, BIG > 0, sizeof(BIG) };`,
  "designators and missing braces": `
    int a[2][3] = { 1, 2, 3, 4 }, b[2][3] = { { 1 }, { 2 } }, c[] = { [5] = 1, 2, [1] = 7, 8 }, d[3][2] = { [1] = 5, 6, 7, [0][1] = 9 };
    struct p { int x, y; }; struct q { struct p a, b; int c[3]; };
    struct q e = { 1, 2, 3, 4, 5, 6 }, f = { .b = { 7 }, .c[1] = 8, 9 }, g = { .a.y = 3, 4, .c = { [2] = 5 } }, h = { .b.x = 1, 2, 3 };
    struct q k[2] = { [1].b.y = 4, 5, [0] = { { 1 } } }; int r[10] = { [2 ... 5] = 3, 4, [0] = 1 };
    union u { int i; char c[8]; } m = { .c = "abcdefg" }, n = { 5 }; struct { union u a; int b; } o = { { .c = { 1, 2 } }, 3 };
    struct p ps[] = { 1, 2, 3 }; int sizes[] = { sizeof c, sizeof ps, sizeof r };
    struct { char s[4], t[8]; int x; } st = { "abcd", "ef", 9 }, st2[] = { "a", "b", 1, { "c", { 'd' } } }; struct { int a; struct { int b[2]; } c; int d; } nn = { 1, 2, 3, 4 };
    int over[3] = { 1, 2, [1] = 9 }; int x3[2][2][2] = { 1, 2, { 3 }, { { 4, 5 }, 6 } };`,
  strings: `
    char a[] = "hi", b[10] = "hi", c[2] = "hi", d[] = { "brace" }, e[] = "a" "b\\x41" "\\101\\n\\0z", f[][4] = { "abc", "de" };
    int w[] = L"w\\u00e9"; unsigned short u[] = u"\\U0001F600x"; char g[] = u8"\\u00e9€"; char h[] = "\\e\\?\\"\\'";
    int n[] = { sizeof "abc", sizeof L"ab", sizeof u8"é", 'ab', L'\\x80000000', '\\377', 'a', '\\0' };`,
  "integer constants take the first type that holds them": `
    #define T(e) _Generic((e), int: 1, unsigned: 2, long: 3, unsigned long: 4, long long: 5, unsigned long long: 6, default: 9)
    int t[] = { T(1), T(2147483647), T(2147483648), T(4294967295), T(4294967296), T(0x7fffffff), T(0x80000000), T(0xffffffff), T(0x100000000), T(0x8000000000000000), T(1u), T(1l), T(1ul), T(1ll), T(1ull), T(1LLU), T(037777777777), T(0b101), T('a'), T(sizeof 1), T(4294967295u), T(2147483648l), T(2147483648u) };`,
  "promotions and the usual conversions": `
    #define T(e) _Generic((e), char: 11, signed char: 12, unsigned char: 13, short: 14, unsigned short: 15, int: 1, unsigned: 2, long: 3, unsigned long: 4, long long: 5, unsigned long long: 6, float: 7, double: 8, long double: 10, default: 9)
    char c; signed char sc; unsigned char uc; short s; unsigned short us; unsigned u; long l; unsigned long ul; long long ll; unsigned long long ull; float f; double d; long double ld; _Bool b; enum e { E } e; enum m { M = -1 } m;
    struct { unsigned a : 5; unsigned b : 32; int c : 4; long long d : 20; unsigned long e : 32; } bf;
    int t[] = { T(c + c), T(uc + sc), T(us + s), T(u + l), T(ul + l), T(u + ll), T(ul + ll), T(ull + ll), T(f + 1), T(f + d), T(d + ld), T(ll + f), T(b + b), T(-b), T(~uc), T(+us), T(s << ll), T(ll << s), T(!d), T(e + 0), T(e), T(m + 0), T(+bf.a), T(+bf.b), T(+bf.c), T(bf.a + 1u), T(c ? u : l), T(c ? 1 : 2.0f), T(l + u), T(c), T((c, s)), T(c = 1), T(s += 1.0), T(c++), T(&c - &c), T(+bf.e), T(uc << 1u), T(c == c), T(u > l) };`,
  "integer arithmetic wraps and divides as the machine does": `
    unsigned a[] = { 0u - 1, 4000000000u + 4000000000u, 3000000000u * 3, ~0u, -1u, 1u << 31, 0xffffffffu >> 4, 7u / 2, 7u % 4, (unsigned)-7 / 2, 5 - 6u };
    int b[] = { -7 / 2, -7 % 2, 7 / -2, 7 % -2, -8 >> 1, 1 << 30, (signed char)200, (unsigned char)-1, (short)70000, (unsigned short)-1, !5, !!5, 5 & 3, 5 | 8, 5 ^ 1, ~5, -5 < 3u, 5 > 3 && 2, 0 || 0, 3 ? 4 : 5, (_Bool)0.5, (_Bool)256, (int)3.99, (int)-3.99, (unsigned)3e9, 'a' + 1 };
    long long c[] = { 1ll << 40, -1ll >> 3, 0xffffffffull * 0xffffffffull, (long long)-5 / 3, (long long)(int)0x80000000, (unsigned)-1, 0x7fffffffffffffff, -9223372036854775807ll - 1, (long long)1e15, 10000000000 % 7, 1ull - 2, (int)4294967297ll };`,
  "floating constants and arithmetic": `
    float f[] = { 1.1f, 0.1, 1e-45f, 3.4028235e38f, 16777217, 1.0f / 3, 0x1.8p1f, 0x1.000001p0f, 0.1f + 0.2f, 1e10f * 1e10f, -0.0f, 8388608.5f, 1.00000005960464477539062500001f, (float)0.3, 1u << 31, 123456789ll, 0x1p-149f };
    double d[] = { 0.1, 1e308, 5e-324, 1.0 / 3, 0.1 + 0.2, 1e16 + 1, 0x1.fffffffffffffp1023, .5, 5., 1e3, 0x.8p0, (float)0.1, 0.1f, 1 / 2, 1 / 2., 9007199254740993ll, -2.5 * 4, 18446744073709551615ull };
    int i[] = { 0.1 + 0.2 == 0.3, 0.1f == 0.1, 1.5 > 1, -0.0 == 0.0, 2.5f != 2.5, sizeof 1.0f, sizeof 1.0L, !0.0, !0.5, 0.5 && 1, (char)65.7f };
    long double l[] = { 1.0L, 0.5L, -3.0L, 100.25L, 0.0L };`,
  "types of expressions": `
    int a[10]; struct s { int x; char c[3]; } s, *p; int fn(int); char *str; const int ci = 1; int m[2][3];
    int t[] = { sizeof a, sizeof &a, sizeof a[0], sizeof *a, sizeof(a + 0), sizeof fn(1), sizeof &fn, sizeof s.c, sizeof p->c, sizeof(p->c + 1), sizeof *p, sizeof m[0], sizeof m[0][0], sizeof &m[0], sizeof(char[7]), sizeof(int (*)[7]), sizeof(int *[7]), sizeof(int (*(*)(void))[3]), sizeof(struct { char a; int b; }), sizeof((char)1), sizeof((char)1 + 1), sizeof "x"[0], sizeof(1 ? a : a), sizeof(0, a), sizeof(typeof(a)), sizeof(__typeof__(s.c[0]))};
    int g[] = { _Generic(&ci, const int *: 1, int *: 2), _Generic(ci, int: 1, default: 2), _Generic(a, int *: 1, default: 2), _Generic(fn, int (*)(int): 1, default: 2), _Generic("a", char *: 1, default: 2), _Generic(&a, int (*)[10]: 1, default: 2), _Generic((const char *)0, char *: 1, const char *: 2), _Generic(1 ? str : (void *)0, char *: 1, void *: 2), _Generic(1 ? str : (void *)p, char *: 1, void *: 2), _Generic(p - p, int: 1, long: 2), _Generic(sizeof 1, unsigned: 1, default: 2), _Generic(m, int (*)[3]: 1, default: 2), _Generic(*m, int *: 1, default: 2) };
    int c[] = { __builtin_types_compatible_p(int, const int), __builtin_types_compatible_p(int, unsigned), __builtin_types_compatible_p(int[], int[5]), __builtin_types_compatible_p(char *, const char *), __builtin_types_compatible_p(struct s, typeof(*p)), __builtin_types_compatible_p(long, int) };`,
  "constant builtins": `
    int a[] = { __builtin_clz(1), __builtin_ctz(8), __builtin_popcount(255), __builtin_clzll(1), __builtin_ctzll(1ll << 40), __builtin_popcountll(-1ll), __builtin_ffs(0), __builtin_ffs(12), __builtin_parity(7), __builtin_bswap32(0x01020304), __builtin_bswap16(0x0102), __builtin_constant_p(3), __builtin_choose_expr(1, 5, 6), __builtin_expect(7, 1), __builtin_strlen("four"), __builtin_clrsb(0) + 1 };
    long long b[] = { __builtin_bswap64(0x0102030405060708) };
    double d[] = { __builtin_inf(), __builtin_huge_val() };`,
  "offsets and addresses that fold": `
    struct s { int a; struct { char b, c[4]; } d[3]; }; int x[10];
    int a[] = { (int)&((struct s *)0)->d[2].c[1], (char *)&((struct s *)16)->d - (char *)0, &x[7] - &x[2], (int *)40 - (int *)8, (unsigned)(char *)5, (int)(void *)0, !(char *)0, (int *)0 == 0 };`,
  declarators: `
    int (*fp[3])(int, char *); int *(*(*pp)(void))[4]; char (*ap)[5]; typedef int (*handler)(int); handler hs[2]; int (*ret(int a))(void); const volatile int *const cv = 0; int arr[][2] = { { 1, 2 }, { 3 } }; unsigned long int long lll; short unsigned su; double long ld;
    typedef int T; int f(T T); struct T { T T; } tt; enum { EE = sizeof(T) + (T)1 };
    int s[] = { sizeof fp, sizeof pp, sizeof ap, sizeof *ap, sizeof hs, sizeof arr, sizeof lll, sizeof su, sizeof ld, sizeof(*pp)(), sizeof tt, EE };`,
};

for (const [title, source] of Object.entries(GROUPS)) {
  test.skipIf(!hasGcc)(
    `objects have the bytes that GCC gives them: ${title}${hasGcc ? "" : ` (${GCC_ABSENT})`}`,
    () => {
      const expected = gccImage(source);
      expect(expected, "GCC accepts the source").toBeInstanceOf(Map);

      const { unit, diagnostics } = check(source, ["w"]);

      expect(lines(diagnostics)).toEqual([]);
      for (const object of unit!.objects) {
        const bytes = (expected as Map<string, Uint8Array>).get(object.symbol.name);
        if (object.symbol.name === "" || bytes === undefined) continue;
        expect(`${object.symbol.name}: ${hex(imageOf(object))}`).toBe(`${object.symbol.name}: ${hex(bytes)}`);
      }
      expect(unit!.objects.length).toBeGreaterThan(0);
    },
  );
}

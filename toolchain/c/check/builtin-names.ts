/** Names of the `__builtin_…` functions that are known, for `__has_builtin` and for the checker. */

/** Builtins that are the library function of the same name. */
export const LIBRARY_BUILTINS: ReadonlySet<string> = new Set(
  (
    "abort abs labs llabs exit malloc calloc realloc free memcpy memmove memset memcmp memchr strlen strcmp strncmp strcpy strncpy strcat strncat " +
    "strchr strrchr strstr strspn strcspn strpbrk printf fprintf sprintf snprintf vprintf vsnprintf vsprintf puts putchar " +
    "isalnum isalpha isdigit islower isprint isspace isupper toupper tolower fabs fabsf sqrt sqrtf floor ceil fmod pow sin cos tan exp log " +
    "copysign copysignf copysignl fabsl fmin fmax fminf fmaxf strdup strndup mempcpy stpcpy strcasecmp strncasecmp index rindex bcmp bcopy bzero " +
    "fputs fputc putc getchar vfprintf scanf sscanf fscanf iscntrl isgraph ispunct isxdigit asin acos atan sinh cosh tanh exp2 log2 log10 cbrt round trunc rint " +
    "nearbyint expm1 log1p asinh acosh atanh atan2 hypot fdim remainder ldexp scalbn lround lrint llround llrint floorf ceilf sinf cosf tanf asinf acosf atanf " +
    "sinhf coshf tanhf expf exp2f logf log2f log10f cbrtf roundf truncf rintf nearbyintf powf fmodf atan2f hypotf fdimf ldexpf scalbnf"
  ).split(" "),
);

/** Builtins with a meaning of their own. */
export const OWN_BUILTINS: ReadonlySet<string> = new Set(
  (
    "expect constant_p types_compatible_p choose_expr offsetof va_arg va_start va_end va_copy clz clzl clzll ctz ctzl ctzll popcount popcountl popcountll " +
    "parity parityl parityll ffs ffsl ffsll clrsb clrsbl clrsbll bswap16 bswap32 bswap64 unreachable trap alloca frame_address return_address add_overflow sub_overflow mul_overflow " +
    "sadd_overflow uadd_overflow ssub_overflow usub_overflow smul_overflow umul_overflow saddl_overflow uaddl_overflow ssubl_overflow usubl_overflow smull_overflow umull_overflow " +
    "saddll_overflow uaddll_overflow ssubll_overflow usubll_overflow smulll_overflow umulll_overflow add_overflow_p sub_overflow_p mul_overflow_p object_size prefetch assume_aligned huge_val huge_valf inf inff nan nanf " +
    "isnan isnanf isnanl isinf isinff isinfl isfinite finite finitef signbit signbitf signbitl classify_type huge_vall infl nanl isgreater isgreaterequal isless islessequal islessgreater isunordered isinf_sign isnormal fpclassify powi powif powil expect_with_probability LINE FILE FUNCTION"
  ).split(" "),
);

/** What _FORTIFY_SOURCE makes of calls: the function's name, with the size of the object after its arguments. */
export const CHECKED_BUILTIN = /^__(memcpy|memmove|mempcpy|memset|strcpy|strncpy|stpcpy|strcat|strncat)_chk$/;

const ATOMIC_BUILTINS =
  /^__(?:atomic_(?:(?:load|store|exchange|compare_exchange)(?:_n)?|fetch_(?:add|sub|and|or|xor|nand)|(?:add|sub|and|or|xor|nand)_fetch|test_and_set|clear|thread_fence|signal_fence|always_lock_free|is_lock_free)|sync_(?:synchronize|fetch_and_(?:add|sub|and|or|xor|nand)|(?:add|sub|and|or|xor|nand)_and_fetch|(?:val|bool)_compare_and_swap|lock_test_and_set|lock_release))$/;

export const isBuiltinFunction = (name: string): boolean => {
  if (!name.startsWith("__builtin_")) return ATOMIC_BUILTINS.test(name);
  const rest = name.slice("__builtin_".length);
  return CHECKED_BUILTIN.test(rest) || LIBRARY_BUILTINS.has(rest) || OWN_BUILTINS.has(rest);
};

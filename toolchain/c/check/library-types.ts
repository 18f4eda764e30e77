/**
 * Types of common library functions, for calls by their `__builtin_` names and for calls without a declaration.
 *
 * A signature is the result's letter, then the parameters': v void, i int, l long, L long long, z size_t, U unsigned long,
 * d double, f float, D long double, p void *, P const void *, s char *, S const char *, and `.` for a variable list. C11 clause 7.
 */
import {
  CHAR_POINTER, type CType, DOUBLE, FLOAT, type FunctionType, INT, LDOUBLE, LLONG, LONG, pointerTo, qual, SIZE_T, ULONG, VOID, VOID_POINTER,
} from "../types.ts"; // biome-ignore format: a list of names

const LETTERS: Readonly<Record<string, CType>> = {
  v: VOID, i: INT, l: LONG, L: LLONG, z: SIZE_T, U: ULONG, d: DOUBLE, f: FLOAT, D: LDOUBLE, p: VOID_POINTER, P: pointerTo(qual(VOID, true)),
  s: CHAR_POINTER, S: pointerTo(qual(CHAR_POINTER.to.type, true)),
}; // biome-ignore format: a table

const SIGNATURES: Readonly<Record<string, string>> = {
  v: "abort", vi: "exit _exit", vp: "free", ii: "abs putchar isalnum isalpha isdigit islower isprint ispunct isspace isupper isxdigit iscntrl isgraph tolower toupper",
  ll: "labs", LL: "llabs", pz: "malloc", pzz: "calloc", ppz: "realloc", ppPz: "memcpy memmove mempcpy", ppiz: "memset", iPPz: "memcmp bcmp", pPiz: "memchr",
  zS: "strlen", iSS: "strcmp strcasecmp rename", iSSz: "strncmp strncasecmp", ssS: "strcpy strcat stpcpy strtok", ssSz: "strncpy strncat", sSi: "strchr strrchr index rindex", sSS: "strstr strpbrk",
  zSS: "strspn strcspn", sS: "strdup getenv", sSz: "strndup", iS: "puts atoi remove system", lS: "atol", LS: "atoll", dS: "atof", i: "rand getchar", vpz: "bzero", vPpz: "bcopy",
  "iS.": "printf scanf", "isS.": "sprintf", "iszS.": "snprintf", "iSS.": "sscanf", "ipS.": "fprintf fscanf", iSp: "vprintf fputs", isSp: "vsprintf", iszSp: "vsnprintf", ipSp: "vfprintf",
  iip: "putc fputc", ip: "getc fgetc fclose fflush",
  dd: "fabs sqrt floor ceil sin cos tan asin acos atan sinh cosh tanh exp exp2 log log2 log10 cbrt round trunc rint nearbyint expm1 log1p asinh acosh atanh",
  ff: "fabsf sqrtf floorf ceilf sinf cosf tanf asinf acosf atanf sinhf coshf tanhf expf exp2f logf log2f log10f cbrtf roundf truncf rintf nearbyintf",
  DD: "fabsl", DDD: "copysignl",
  ddd: "pow fmod atan2 copysign fmin fmax hypot fdim remainder nextafter", fff: "powf fmodf atan2f copysignf fminf fmaxf hypotf fdimf", ddi: "ldexp scalbn", ffi: "ldexpf scalbnf", ld: "lround lrint", Ld: "llround llrint",
}; // biome-ignore format: a table

let byName: Map<string, FunctionType> | null = null;

function read(signature: string): FunctionType {
  const types = [...signature.replace(".", "")].map((letter) => qual(LETTERS[letter]!));
  return {
    kind: "function",
    returns: types[0]!,
    params: types.slice(1),
    variadic: signature.endsWith("."),
    prototyped: true,
  };
}

/** The type of a library function; null when it is not known, or needs a type that only a header declares. */
export function libraryType(name: string): FunctionType | null {
  if (byName === null) {
    byName = new Map();
    for (const [signature, names] of Object.entries(SIGNATURES))
      for (const word of names.split(" ")) if (word !== "") byName.set(word, read(signature));
  }
  return byName.get(name) ?? null;
}

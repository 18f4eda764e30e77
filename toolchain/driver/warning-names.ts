/**
 * -W names that nobody knows, said with the nearest one that somebody does. The names of GCC 12's and Clang 14's warnings that this
 * compiler has not are taken in silence, so that build files of other compilers work; and so is every unknown -Wno-, as in GCC.
 */
import { WARNING_NAMES } from "../c/warnings/options.ts";
import { type Diagnostic, nearestName } from "../diagnostics.ts";

/** `flags` without their dash, as in CcOptions. */
export function unknownWarnings(flags: readonly string[]): Diagnostic[] {
  if (flags.includes("w")) return [];
  const out: Diagnostic[] = [];
  for (const flag of flags) {
    const name = /^W(?:error=)?(?!no-)([^=]*)/.exec(flag)?.[1] ?? "";
    if (name === "" || OWN.has(name)) continue;
    // Seldom wanted, so not kept at hand: every compilation starts by here.
    const others = OTHERS.split(" ");
    if (others.includes(name)) continue;
    const near = nearestName(name, [...OWN, ...others]);
    out.push({
      severity: "warning",
      message: `unknown warning option '-${flag}'`,
      span: null,
      option: "Wunknown-warning-option",
      ...(near === null ? {} : { hint: `did you mean '-W${near}'?` }),
    });
  }
  return out;
}

const GROUPS = ["all", "extra", "error", "unused", "everything"];
const OTHERS =
  "abi abi-tag absolute-value address address-of-packed-member address-of-temporary aggregate-return " +
  "aggressive-loop-optimizations aix-compat aliasing align-commons align-mismatch aligned-new all " +
  "alloc-size-larger-than alloc-zero alloca alloca-larger-than alloca-with-align-alignof ambiguous-delete " +
  "ambiguous-ellipsis ambiguous-macro ambiguous-reversed-operator ampersand analyzer-double-fclose " +
  "analyzer-double-free analyzer-exposure-through-output-file analyzer-file-leak analyzer-free-of-non-heap " +
  "analyzer-incompatible-plugin analyzer-malloc-leak analyzer-mismatching-deallocation analyzer-null-argument " +
  "analyzer-null-dereference analyzer-possible-null-argument analyzer-possible-null-dereference " +
  "analyzer-shift-count-negative analyzer-shift-count-overflow analyzer-stale-setjmp-buffer " +
  "analyzer-tainted-allocation-size analyzer-tainted-array-index analyzer-tainted-divisor analyzer-tainted-offset " +
  "analyzer-tainted-size analyzer-too-complex analyzer-unsafe-call-within-signal-handler analyzer-use-after-free " +
  "analyzer-use-of-pointer-in-stale-stack-frame analyzer-use-of-uninitialized-value analyzer-write-to-const " +
  "analyzer-write-to-string-literal anon-enum-enum-conversion anonymous-pack-parens arc argument-outside-range " +
  "argument-undefined-behaviour arith-conversion array-bounds array-bounds-pointer-arithmetic array-compare " +
  "array-parameter array-temporaries asm asm-operand-widths assign-enum assign-intercept assume at-protocol " +
  "atimport-in-framework-header atomic-alignment atomic-implicit-seq-cst atomic-memory-ordering atomic-properties " +
  "atomic-property-with-user-defined-accessor attribute-alias attribute-packed-for-bitfield attribute-warning " +
  "attributes auto-disable-vptr-sanitizer auto-import auto-storage-class auto-var-id availability " +
  "avr-rtlib-linking-quirks backend-plugin backslash-newline-escape bad-function-cast bidi-chars binary-literal " +
  "binding-in-condition bit-int-extension bitfield-constant-conversion bitfield-enum-conversion bitfield-width " +
  "bitwise-conditional-parentheses bitwise-instead-of-logical bitwise-op-parentheses block-capture-autoreleasing " +
  "bool-compare bool-conversion bool-conversions bool-operation braced-scalar-init branch-protection " +
  "builtin-assume-aligned-alignment builtin-declaration-mismatch builtin-macro-redefined builtin-memcpy-chk-size " +
  "builtin-requires-header c-binding-type c11-c2x-compat c11-extensions c2x-extensions c90-c99-compat " +
  "c99-c11-compat c99-compat c99-designator c99-extensions call-to-pure-virtual-from-ctor-dtor " +
  "called-once-parameter cannot-profile cast-align cast-calling-convention cast-function-type cast-of-sel-type " +
  "cast-qual cast-qual-unrelated cast-result char-align char-subscripts character-truncation chkp clang-cl-pch " +
  "clobbered cmse-union-leak comma comma-subscript comment comments compare-distinct-pointer-types compare-reals " +
  "completion-handler complex-component-init compound-token-split compound-token-split-by-macro " +
  "compound-token-split-by-space concepts-ts-compat conditional-type-mismatch conditional-uninitialized " +
  "conditionally-supported config-macros constant-conversion constant-evaluated constant-logical-operand " +
  "constexpr-not-const consumed conversion conversion-extra conversion-null coverage-invalid-line-number " +
  "coverage-mismatch covered-switch-default cpp cstring-format-directive ctu custom-atomic-properties " +
  "cxx-attribute-extension dangling dangling-else dangling-field dangling-gsl dangling-initializer-list " +
  "dangling-pointer darwin-sdk-settings date-time debug-compression-unavailable declaration-after-statement " +
  "delimited-escape-sequence-extension deprecated deprecated-altivec-src-compat " +
  "deprecated-anon-enum-enum-conversion deprecated-array-compare deprecated-attributes deprecated-comma-subscript " +
  "deprecated-copy deprecated-copy-dtor deprecated-copy-with-dtor deprecated-copy-with-user-provided-copy " +
  "deprecated-copy-with-user-provided-dtor deprecated-coroutine deprecated-declarations " +
  "deprecated-dynamic-exception-spec deprecated-enum-compare deprecated-enum-compare-conditional " +
  "deprecated-enum-enum-conversion deprecated-enum-float-conversion deprecated-experimental-coroutine " +
  "deprecated-implementations deprecated-increment-bool deprecated-pragma deprecated-register " +
  "deprecated-this-capture deprecated-type deprecated-volatile deprecated-writable-strings designated-init " +
  "disabled-macro-expansion disabled-optimization discard-qual discarded-array-qualifiers discarded-qualifiers " +
  "distributed-object-modifiers div-by-zero division-by-zero dll-attribute-on-redeclaration " +
  "dllexport-explicit-instantiation-decl dllimport-static-field-def do-subscript documentation " +
  "documentation-deprecated-sync documentation-html documentation-pedantic documentation-unknown-command " +
  "dollar-in-identifier-extension double-promotion duplicate-decl-specifier duplicate-enum duplicate-method-arg " +
  "duplicate-method-match duplicate-protocol duplicated-branches duplicated-cond dynamic-exception-spec " +
  "elaborated-enum-base elaborated-enum-class embedded-directive empty-body empty-decomposition empty-init-stmt " +
  "empty-translation-unit encode-type endif-labels enum-compare enum-compare-conditional enum-compare-switch " +
  "enum-conversion enum-enum-conversion enum-float-conversion enum-too-large error " +
  "error-implicit-function-declaration excess-initializers expansion-to-defined explicit-initialize-call " +
  "export-unnamed export-using-directive extern-c-compat extern-initializer extra extra-qualification " +
  "extra-tokens fatal-errors final-dtor-non-final-class final-macro fixed-enum-extension fixed-point-overflow " +
  "flag-enum flexible-array-extensions float-conversion float-equal float-overflow-conversion " +
  "float-zero-conversion for-loop-analysis format format-contains-nul format-diag format-extra-args " +
  "format-insufficient-args format-invalid-specifier format-non-iso format-nonliteral format-overflow " +
  "format-pedantic format-security format-signedness format-truncation format-type-confusion format-y2k " +
  "format-zero-length fortify-source four-char-constants frame-address frame-larger-than " +
  "framework-include-private-from-public free-nonheap-object function-elimination function-multiversion " +
  "future-attribute-extensions future-compat gcc-compat global-isel gnu gpu-maybe-wrong-side header-guard " +
  "header-hygiene hsa idiomatic-parentheses if-not-aligned ignored-attributes " +
  "ignored-availability-without-sdk-settings ignored-optimization-argument ignored-pragma-intrinsic " +
  "ignored-pragma-optimize ignored-pragmas ignored-qualifiers ignored-reference-qualifiers implicit " +
  "implicit-atomic-properties implicit-const-int-float-conversion implicit-conversion-floating-point-to-bool " +
  "implicit-exception-spec-mismatch implicit-fallthrough implicit-fallthrough-per-function " +
  "implicit-fixed-point-conversion implicit-float-conversion implicit-function-declaration implicit-int " +
  "implicit-int-conversion implicit-int-float-conversion implicit-interface implicit-procedure " +
  "implicit-retain-self implicitly-unsigned-literal import import-preprocessor-directive-pedantic " +
  "inaccessible-base include-next-absolute-path include-next-outside-header incompatible-exception-spec " +
  "incompatible-function-pointer-types incompatible-library-redeclaration incompatible-ms-struct " +
  "incompatible-pointer-types incompatible-pointer-types-discards-qualifiers incompatible-property-type " +
  "incompatible-sysroot incomplete-implementation incomplete-setjmp-declaration incomplete-umbrella " +
  "inconsistent-dllimport inconsistent-missing-destructor-override inconsistent-missing-override increment-bool " +
  "infinite-recursion init-list-lifetime init-self initializer-overrides injected-class-name inline inline-asm " +
  "inline-namespace-reopened-noninline inline-new-delete instantiation-after-specialization int-conversion " +
  "int-conversions int-in-bool-context int-to-pointer-cast int-to-void-pointer-cast integer-division " +
  "integer-overflow interference-size interrupt-service-routine intrinsic-shadow intrinsics-std " +
  "invalid-command-line-argument invalid-constexpr invalid-iboutlet invalid-imported-macros " +
  "invalid-initializer-from-system-header invalid-ios-deployment-target invalid-memory-model " +
  "invalid-no-builtin-names invalid-noreturn invalid-offsetof invalid-or-nonexistent-directory " +
  "invalid-partial-specialization invalid-pch invalid-pp-token invalid-source-encoding invalid-token-paste " +
  "jump-misses-init jump-seh-finally keyword-compat keyword-macro knr-promoted-parameter language-extension-token " +
  "large-by-value-copy larger-than liblto line-truncation linker-warnings literal-conversion literal-range " +
  "literal-suffix local-type-template-args logical-not-parentheses logical-op logical-op-parentheses long-long " +
  "loop-analysis lto-type-mismatch macro-redefined main main-return-type malformed-warning-check " +
  "many-braces-around-scalar-init max-tokens max-unsigned-zero maybe-uninitialized memset-elt-size " +
  "memset-transposed-args memsize-comparison method-signatures misleading-indentation mismatched-dealloc " +
  "mismatched-parameter-types mismatched-return-types mismatched-tags missing-attributes missing-braces " +
  "missing-constinit missing-declarations missing-exception-spec missing-field-initializers " +
  "missing-format-attribute missing-include-dirs missing-method-return-type missing-noescape missing-noreturn " +
  "missing-parameter-type missing-profile missing-prototype-for-cc missing-prototypes missing-requires " +
  "missing-selector-name missing-sysroot missing-template-keyword missing-variable-declarations " +
  "misspelled-assumption most move msvc-include msvc-not-found mudflap multichar multiple-inheritance " +
  "multiple-move-vbase multistatement-macros narrowing nested-anon-types nested-externs new-returns-null " +
  "newline-eof noderef non-c-typedef-for-linkage non-gcc non-literal-null-conversion non-pod-varargs " +
  "non-power-of-two-alignment non-template-friend nonnull nonnull-compare nonportable-cfstrings " +
  "nonportable-include-path nonportable-system-include-path nonportable-vector-initialization " +
  "nontrivial-memaccess normalized null-arithmetic null-character null-conversion null-dereference " +
  "null-pointer-arithmetic null-pointer-subtraction objc-root-class odr old-style-cast old-style-declaration " +
  "old-style-definition openacc-parallelism openmp-simd option-ignored ordered-compare-function-pointers " +
  "out-of-line-declaration out-of-scope-function over-aligned overflow overlength-strings override-init " +
  "override-init-side-effects overriding-t-option overwrite-recursive p64 packed packed-bitfield-compat " +
  "packed-not-aligned padded parentheses parentheses-equality partial-availability pass pass-analysis pass-failed " +
  "pass-missed pch-date-time pedantic pedantic-core-features pedantic-macros placement-new pmf-conversions " +
  "pointer-arith pointer-bool-conversion pointer-compare pointer-integer-compare pointer-sign " +
  "pointer-to-enum-cast pointer-to-int-cast pointer-type-mismatch poison-system-directories " +
  "potentially-direct-selector potentially-evaluated-expression pragma-clang-attribute pragma-once-outside-header " +
  "pragma-pack pragma-pack-suspicious-include pragma-system-header-outside-header pragmas " +
  "predefined-identifier-outside-function prio-ctor-dtor private-extern private-header profile-instr-missing " +
  "profile-instr-out-of-date profile-instr-unprofiled psabi qualified-void-return-type " +
  "quoted-include-in-framework-header readonly-iboutlet-property real-q-constant realloc-lhs realloc-lhs-all " +
  "redeclared-class-member redundant-consteval-if redundant-decls redundant-parens redundant-tags register " +
  "reinterpret-base-class remark-backend-plugin requires-super-attribute reserved-id-macro reserved-identifier " +
  "reserved-macro-identifier reserved-user-defined-literal restrict restrict-expansion retained-language-linkage " +
  "return-local-addr return-stack-address return-std-move return-type return-type-c-linkage rewrite-not-bool " +
  "round-trip-cc1-args rtti sanitize-address scalar-storage-order search-path-usage section self-assign " +
  "self-assign-field self-assign-overloaded semicolon-before-method-body sentinel sequence-point " +
  "serialized-diagnostics shadow shadow-all shadow-compatible-local shadow-field shadow-field-in-constructor " +
  "shadow-field-in-constructor-modified shadow-ivar shadow-local shadow-uncaptured-local shift-count-negative " +
  "shift-count-overflow shift-negative-value shift-op-parentheses shift-overflow shift-sign-overflow " +
  "shorten-64-to-32 sign-compare sign-conversion sign-promo signed-enum-bitfield signed-unsigned-wchar " +
  "sized-deallocation sizeof-array-argument sizeof-array-decay sizeof-array-div sizeof-pointer-div " +
  "sizeof-pointer-memaccess slash-u-filename slh-asm-goto sometimes-uninitialized source-mgr spir-compat " +
  "spirv-compat stack-exhausted stack-protector stack-usage static-float-init static-in-inline " +
  "static-inline-explicit-instantiation static-local-in-inline static-self-init stdlibcxx-not-found " +
  "strict-aliasing strict-null-sentinel strict-overflow strict-potentially-direct-selector strict-prototypes " +
  "string-compare string-concatenation string-conversion string-plus-char string-plus-int stringop-overflow " +
  "stringop-overread stringop-truncation strlcpy-strlcat-size strncat-size subobject-linkage suggest-attribute " +
  "suggest-destructor-override suggest-final-methods suggest-final-types surprising suspicious-bzero " +
  "suspicious-memaccess switch switch-bool switch-default switch-enum switch-outside-range switch-unreachable " +
  "sync-fetch-and-nand-semantics-changed sync-nand synth system-headers tabs target-clones-mixed-specifiers " +
  "target-lifetime tautological-bitwise-compare tautological-compare tautological-constant-compare " +
  "tautological-constant-in-range-compare tautological-constant-out-of-range-compare tautological-overlap-compare " +
  "tautological-pointer-compare tautological-type-limit-compare tautological-undefined-compare " +
  "tautological-unsigned-char-zero-compare tautological-unsigned-enum-zero-compare " +
  "tautological-unsigned-zero-compare tautological-value-range-compare tcb-enforcement " +
  "tentative-definition-incomplete-type terminate traditional traditional-conversion trampolines trigraphs " +
  "trivial-auto-var-init tsan type-limits type-safety typedef-redefinition unable-to-open-stats-file " +
  "unaligned-access unavailable-declarations undef undef-prefix undefined-bool-conversion undefined-do-loop " +
  "undefined-func-template undefined-inline undefined-internal undefined-internal-type undefined-reinterpret-cast " +
  "undefined-var-template underaligned-exception-object underflow unevaluated-expression unguarded-availability " +
  "unguarded-availability-new unicode unicode-homoglyph unicode-whitespace unicode-zero-width uninitialized " +
  "uninitialized-const-reference unknown-argument unknown-assumption unknown-attributes unknown-escape-sequence " +
  "unknown-pragmas unknown-sanitizers unknown-warning-option unnamed-type-template-args " +
  "unneeded-internal-declaration unneeded-member-function unreachable-code unreachable-code-aggressive " +
  "unreachable-code-break unreachable-code-fallthrough unreachable-code-loop-increment unreachable-code-return " +
  "unsafe-loop-optimizations unsequenced unsuffixed-float-constants unsupported-abi unsupported-abs " +
  "unsupported-availability-guard unsupported-cb unsupported-dll-base-class-template " +
  "unsupported-floating-point-opt unsupported-friend unsupported-gpopt unsupported-nan unsupported-target-opt " +
  "unsupported-visibility unusable-partial-specialization unused unused-argument unused-but-set-parameter " +
  "unused-but-set-variable unused-command-line-argument unused-comparison unused-const-variable " +
  "unused-dummy-argument unused-exception-parameter unused-function unused-getter-return-value unused-label " +
  "unused-lambda-capture unused-local-typedef unused-local-typedefs unused-macros unused-member-function " +
  "unused-parameter unused-private-field unused-property-ivar unused-result unused-template unused-value " +
  "unused-variable unused-volatile-lvalue use-after-free use-without-only used-but-marked-unused useless-cast " +
  "varargs variadic-macros vec-elem-size vector-conversion vector-conversions vector-operation-performance " +
  "visibility vla vla-extension vla-larger-than vla-parameter void-pointer-to-enum-cast void-pointer-to-int-cast " +
  "void-ptr-dereference volatile volatile-register-var wasm-exception-spec weak-template-vtables writable-strings " +
  "write-strings xor-used-as-pow zero-length-array zero-length-bounds zerotrip";

/** Names of this compiler. */
const OWN: ReadonlySet<string> = new Set([...GROUPS, ...WARNING_NAMES.map((name) => name.slice(1))]);

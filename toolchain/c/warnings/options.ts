/** Which warnings are on: `-Wall`, `-Wextra`, `-W…`, `-Wno-…`, `-Werror`, `-w`, as GCC groups them. */

export interface WarningOptions {
  readonly isSilent: boolean;
  readonly enabled: ReadonlySet<string>;
  readonly allAsErrors: boolean;
  readonly asErrors: ReadonlySet<string>;
  /** Errors that are only warnings, as in compilers of C90: with -std=c90, -ansi, -fpermissive or -w all of them. */
  readonly permitted: ReadonlySet<string>;
}

/** Errors that `-fpermissive`, `-Wno-error=NAME` or `-Wno-NAME` make warnings or silence, by GCC's names. */
const PERMISSIBLE = "Wimplicit-function-declaration Wimplicit-int Wint-conversion Wreturn-mismatch".split(" ");

/** On without being asked for. */
const DEFAULT =
  "Wcpp Wimplicit-function-declaration Wreturn-mismatch Wint-conversion Wincompatible-pointer-types Wdiscarded-qualifiers Woverflow Wdiv-by-zero Wshift-count-overflow Wshift-count-negative Wdeprecated-declarations Wreturn-type-void Wextra-tokens Wimplicit-int Wpragmas Wattributes Wexcess-initializers Wswitch-bool Wmultichar Wfree-nonheap-object Wuse-after-free Wcompare-distinct-pointer-types Wpointer-integer-compare Wunused-result Wreturn-local-addr Wescape Warray-bounds Wvarargs Winvalid-noreturn Wtransposed-assignment Wstringop-overflow Wbackslash-newline-escape Wvisibility Wxor-used-as-pow Wdeprecated-non-prototype".split(
    " ",
  );
const ALL =
  "Wunused-variable Wunused-but-set-variable Wunused-function Wunused-label Wunused-value Wunused-local-typedefs Wformat Wparentheses Wreturn-type Wuninitialized Wmaybe-uninitialized Wmissing-braces-not Wswitch Wunknown-pragmas Wmain Wimplicit Wsizeof-array-argument Wsizeof-pointer-div Waddress Wint-in-bool-context Wlogical-not-parentheses Wbool-compare Wdangling-else Wmisleading-indentation Wstring-compare Wtautological-compare Wsequence-point Wchar-subscripts Wnonnull Wself-assign Wpointer-sign Wformat-security Wformat-extra-args Warray-compare Wmemset-transposed-args Wsizeof-pointer-memaccess Walloc-size Winfinite-recursion".split(
    " ",
  );
const EXTRA =
  "Wunused-parameter Wsign-compare Wempty-body Wimplicit-fallthrough Wmissing-field-initializers Wold-style-declaration Wtype-limits Wfree-labels".split(
    " ",
  );

/** As in GCC's C, the one name stands for all three. */
const CONVERSION = ["Wconversion", "Wsign-conversion", "Wfloat-conversion"];

/** Every warning that can be named on the command line. */
export const WARNING_NAMES: readonly string[] = [
  ...DEFAULT,
  ...ALL,
  ...EXTRA,
  "Wconversion",
  "Wsign-conversion",
  "Wfloat-conversion",
  "Wshadow",
  "Wunreachable-code",
  "Wpedantic",
  "Wvla",
  "Wfloat-equal",
  "Wmissing-prototypes",
  "Wstrict-prototypes",
  "Wunused",
  "Wundef",
];

/** Reads the flags in order, each without its dash: "Wall", "Wno-format", "Werror", "Werror=return-type", "w", "permissive". Unknown names are ignored. */
export function warningOptions(flags: readonly string[]): WarningOptions {
  const enabled = new Set(DEFAULT);
  const asErrors = new Set<string>();
  const permitted = new Set<string>();
  let allAsErrors = false;
  let isSilent = false;
  for (const flag of flags) {
    const relaxed = /^Wno-(?:error=)?(.*)$/.exec(flag);
    if (relaxed !== null && PERMISSIBLE.includes(`W${relaxed[1]}`)) permitted.add(`W${relaxed[1]}`);
    if (flag === "w" || flag === "permissive") for (const name of PERMISSIBLE) permitted.add(name);
    if (flag === "w") isSilent = true;
    else if (flag === "permissive") continue;
    else if (flag === "Wall") for (const name of ALL) enabled.add(name);
    else if (flag === "Wextra" || flag === "W") for (const name of EXTRA) enabled.add(name);
    else if (flag === "Wconversion") for (const name of CONVERSION) enabled.add(name);
    else if (flag === "Wno-conversion") for (const name of CONVERSION) enabled.delete(name);
    else if (flag === "Werror") allAsErrors = true;
    else if (flag === "Wno-error") allAsErrors = false;
    else if (flag.startsWith("Werror=")) {
      asErrors.add(`W${flag.slice(7)}`);
      enabled.add(`W${flag.slice(7)}`);
    } else if (flag.startsWith("Wno-error=")) asErrors.delete(`W${flag.slice(10)}`);
    else if (flag === "Wunused" || flag === "Wno-unused") {
      for (const name of ALL)
        if (name.startsWith("Wunused")) flag === "Wunused" ? enabled.add(name) : enabled.delete(name);
    } else if (flag.startsWith("Wno-")) enabled.delete(`W${flag.slice(4)}`);
    else if (flag.startsWith("W")) enabled.add(flag.replace(/=.*$/, ""));
  }
  return { isSilent, enabled, allAsErrors, asErrors, permitted };
}

export const isWarningEnabled = (options: WarningOptions, name: string): boolean =>
  !options.isSilent && options.enabled.has(name);

/** Is this error only a warning here? */
export const isPermitted = (options: WarningOptions, name: string): boolean => options.permitted.has(name);

/** Everything on: for callers that choose among the reported warnings themselves. */
export const EVERY_WARNING: WarningOptions = {
  isSilent: false,
  enabled: new Set(WARNING_NAMES),
  allAsErrors: false,
  asErrors: new Set(),
  permitted: new Set(),
};

/**
 * The direction of imports (ARCHITECTURE.md): emulator -> kernel -> system -> web, toolchain beside kernel, no circles,
 * type imports included. test/layers.test.ts runs it.
 */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^(emulator|kernel|toolchain|system|web|libc|programs|build|test)/", pathNot: allowed },
});

module.exports = {
  forbidden: [
    only("emulator-imports-nothing-of-ours", "^emulator/", "^emulator/"),
    only("kernel-imports-emulator", "^kernel/", "^(kernel|emulator)/"),
    only(
      "toolchain-imports-isa-and-abi",
      "^toolchain/",
      "^(toolchain/|emulator/isa/|emulator/bits\\.ts|kernel/abi\\.ts)",
    ),
    only("system-imports-what-stands-left", "^system/", "^(system|kernel|emulator|toolchain)/"),
    only("web-imports-system", "^web/", "^(web|system|kernel|emulator|toolchain)/"),
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "node-only-at-the-edge",
      severity: "error",
      from: { path: "^(emulator|kernel|toolchain|web)/|^system/(?!cli/|servers/)" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|node_modules)/" },
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".js"] },
  },
};

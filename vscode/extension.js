/** Starts `faultline dap` for debug sessions of type "faultline". Everything else is in the adapter. */
const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");
const vscode = require("vscode");

// biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code puts the name in
const THIS_FILE = "${file}";

/** bin/faultline in a folder or any folder above it. */
function findAbove(folder) {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "bin", "faultline");
    if (existsSync(candidate)) return candidate;
    if (dirname(at) === at) return undefined;
  }
}

function commandFor(folder) {
  const configured = vscode.workspace.getConfiguration("faultline").get("command");
  return configured || (folder && findAbove(folder)) || findAbove(__dirname) || "faultline";
}

exports.activate = (context) => {
  const createDebugAdapterDescriptor = (session) =>
    new vscode.DebugAdapterExecutable(commandFor(session.workspaceFolder?.uri.fsPath), ["dap"]);
  const resolveDebugConfiguration = (_folder, config) =>
    config.type
      ? config
      : {
          type: "faultline",
          request: "launch",
          name: "Faultline: this file",
          program: THIS_FILE,
          stopOnEntry: true,
          stopAtExit: true,
        };
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory("faultline", { createDebugAdapterDescriptor }),
    vscode.debug.registerDebugConfigurationProvider("faultline", { resolveDebugConfiguration }),
  );
};

exports.deactivate = () => {};

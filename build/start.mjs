/** `npm start`: installs when needed, builds when needed, serves the web console and prints its address. */
import { createServer } from "node:http";
import { join } from "node:path";
import { buildAll, dist } from "./build.mjs";
import { ensureInstalled, fail } from "./setup.mjs";

const FIRST_PORT = 8032;
const PORTS_TO_TRY = 20;

function parseArguments(argv) {
  let port = process.env.PORT === undefined ? null : process.env.PORT;
  let host = "127.0.0.1";
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = argv[i].split("=", 2);
    const value = () => inline ?? argv[++i] ?? fail(`${name} needs a value.`, "for example: npm start -- --port 9000");
    if (name === "--port" || name === "-p") port = value();
    else if (name === "--host") host = value();
    else if (name === "--help" || name === "-h") {
      process.stdout.write(
        "npm start -- [--port N] [--host ADDRESS]\n\nServes the Faultline console. Without --port the first free one from " +
          `${FIRST_PORT} is taken; without --host only this computer can reach it.\n`,
      );
      process.exit(0);
    } else fail(`unknown option ${argv[i]}.`, "npm start -- --help lists the options.");
  }
  if (port !== null && !(Number.isInteger(Number(port)) && Number(port) >= 0 && Number(port) <= 65535)) {
    fail(`${port} is not a port number.`, "give a whole number from 0 to 65535, for example: npm start -- --port 9000");
  }
  return { port: port === null ? null : Number(port), host };
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server.address().port);
    });
  });
}

const { port, host } = parseArguments(process.argv.slice(2));
ensureInstalled();
await buildAll({ log: (line) => process.stderr.write(`faultline: built ${line}\n`) });

const { default: sirv } = await import("sirv");
const serveFile = sirv(join(dist, "web"), { dev: true, etag: true });
const server = createServer((request, response) => {
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  response.setHeader("X-Content-Type-Options", "nosniff");
  serveFile(request, response, () => {
    response.statusCode = 404;
    response.setHeader("Content-Type", "text/plain; charset=utf-8");
    response.end("Not found. The console is at /\n");
  });
});

let bound = null;
const candidates = port === null ? Array.from({ length: PORTS_TO_TRY }, (_, i) => FIRST_PORT + i) : [port];
for (const candidate of candidates) {
  try {
    bound = await listen(server, candidate, host);
    break;
  } catch (error) {
    if (error.code !== "EADDRINUSE")
      fail(`cannot listen on ${host}:${candidate} (${error.message}).`, "choose another with: npm start -- --port N");
  }
}
if (bound === null) {
  fail(
    `port ${candidates.length === 1 ? candidates[0] : `${candidates[0]} to ${candidates.at(-1)}`} on ${host} is in use.`,
    "choose another with: npm start -- --port N",
  );
}
process.stdout.write(
  `\nFaultline is ready: http://${host === "0.0.0.0" ? "localhost" : host}:${bound}/\nStop it with Ctrl-C.\n`,
);
process.on("SIGINT", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

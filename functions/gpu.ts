import { availableParallelism } from "node:os";
import { join } from "node:path";
import packageFile from "../package.json" with { type: "json" };
import { providers } from "../src/runtime/ort-node.ts";
import { parseCommandLine } from "../src/serving/command-line-node.ts";
import { SERVING_USAGE, servingFlags } from "../src/serving/flags.ts";
import { startServing } from "../src/serving/start-node.ts";

/** Ends the process without a server. An operator's mistake needs no stack trace. */
function exit(status: number, message: string): never {
  (status === 0 ? console.log : console.error)(message);
  process.exit(status);
}

function log(level: "info" | "error", fields: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), level, ...fields }));
}

// The server continues if nothing reads its log.
process.stdout.on("error", () => {});

const command = parseCommandLine(process.argv.slice(2), servingFlags(providers, availableParallelism()), {
  BACKEND_AUTHORIZATION: process.env["BACKEND_AUTHORIZATION"],
});
if (command.type === "help") exit(0, SERVING_USAGE);
if (command.type === "invalid") exit(2, `${command.reason}\n\n${SERVING_USAGE}`);
const { flags } = command;
// A program that started this one over a channel has ended: nobody else would stop it.
const exitWithParent = () => process.exit(1);
process.once("disconnect", exitWithParent);
const server = await startServing({
  ...flags,
  shards: flags.shards ?? join(import.meta.dirname, "../model-shards"),
  provider: providers.find((name) => name === flags.provider) ?? "cpu",
  maxBatch: flags["max-batch"],
  windowMs: flags["window-ms"],
  maxRows: flags["max-rows"],
  maxQueue: flags["max-queue"],
  maxUnits: flags["max-units"],
  featureBytes: flags["feature-cache-mb"],
  decodeThreads: flags["decode-threads"],
  maxImagePixels: flags["max-image-pixels"],
  offersFp16: flags["offer-fp16"],
  offersGraphs: flags.graphs,
  version: packageFile.version,
  log: (line) => console.log(line),
}).catch((thrown: unknown) => exit(1, thrown instanceof Error ? thrown.message : String(thrown)));
let isStopping = false;

async function stop(reason: string, status: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  log(status === 0 ? "info" : "error", { stopping: reason });
  const isAnswered = await server.stop(flags["drain-seconds"] * 1000);
  process.exit(isAnswered ? status : 1);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal, 0));
process.off("disconnect", exitWithParent).once("disconnect", () => void stop("disconnect", 0));
// Said last: a program that waits for this line may stop the server at once.
log("info", { listening: server.url.href, model: flags.model });
// Without its engine the process cannot answer: it exits, and a supervisor restarts it.
void server.engine.ended.then((reason) => stop(reason, 1));

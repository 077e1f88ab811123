import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import packageFile from "../package.json" with { type: "json" };
import { providers } from "../src/runtime/ort-node.ts";
import { SERVING_USAGE, servingFlags } from "../src/serving/flags.ts";
import { startServing } from "../src/serving/start-node.ts";

const schema = servingFlags(providers, availableParallelism());

/** The command line's flags, or the end of the process with what is wrong with them. */
function readFlags(): z.infer<typeof schema> {
  const names = Object.keys(schema.shape);
  const switches = new Set(["offer-fp16"]);
  const options = Object.fromEntries(
    names.map((name) => [name, { type: switches.has(name) ? "boolean" : "string" } as const]),
  );
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
    if (values["help"] === true) {
      console.log(SERVING_USAGE);
      process.exit(0);
    }
    return schema.parse(values);
  } catch (thrown) {
    const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown);
    console.error(`${reason}\n\n${SERVING_USAGE}`);
    return process.exit(2);
  }
}

/** Why there will be no server, in one line: what an operator can mend needs no stack. */
function giveUp(thrown: unknown): never {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exit(1);
}

// A log that nobody reads any more is no reason to end.
process.stdout.on("error", () => {});

const flags = readFlags();
const server = await startServing({
  ...flags,
  shards: flags.shards ?? join(import.meta.dirname, "../model-shards"),
  provider: providers.find((name) => name === flags.provider) ?? "cpu",
  maxBatch: flags["max-batch"],
  windowMs: flags["window-ms"],
  maxRows: flags["max-rows"],
  maxQueue: flags["max-queue"],
  featureBytes: flags["feature-cache-mb"],
  maxImagePixels: flags["max-image-pixels"],
  offersFp16: flags["offer-fp16"],
  version: packageFile.version,
  log: (line) => console.log(line),
}).catch(giveUp);
console.log(
  JSON.stringify({ time: new Date().toISOString(), level: "info", listening: server.url.href, model: flags.model }),
);

let isEnding = false;

async function end(reason: string, status: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  console.log(
    JSON.stringify({ time: new Date().toISOString(), level: status === 0 ? "info" : "error", stopping: reason }),
  );
  const isAnswered = await server.stop(flags["drain-seconds"] * 1000);
  process.exit(isAnswered ? status : 1);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end(signal, 0));
// A supervisor starts a new process; this one can answer nothing more.
void server.engine.ended.then((reason) => end(reason, 1));

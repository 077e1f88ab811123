import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { DomainNote } from "../src/weights/shards.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import { checkComplete } from "./sharding/checks.ts";
import type { SourceFile } from "./sharding/parts.ts";
import { summarize, writeModel } from "./sharding/write-model.ts";

const USAGE = `Usage: npm run shard -- <exported folder> <model id> [--dtype fp32] [--domain "…"] [--output model-shards]

  --domain   what the model can be asked about and what not, in one line: shown beside its answers`;

/** Returns the domain note, if there is one. Throws `UsageError` if the manifest cannot hold it. */
function parseDomain(text: string | undefined) {
  if (text === undefined) return {};
  const { success, data, error } = DomainNote.safeParse(text);
  if (success) return { domain: data };
  throw new UsageError(`--domain ${JSON.stringify(text)}: ${z.prettifyError(error)}`);
}

/** Lists the model's files: those that the runtime reads, and every other JSON file for other tools. */
async function listFiles(folder: string): Promise<readonly SourceFile[]> {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.filter((path) => path.endsWith(".onnx") || path.endsWith(".json"));
  checkComplete(paths, folder);
  return paths.map((path) => ({ path, from: join(folder, path) }));
}

await runCommand(async () => {
  const { values, positionals } = readArguments(USAGE, {
    dtype: { type: "string", default: "fp32" },
    domain: { type: "string" },
    output: { type: "string", default: join(import.meta.dirname, "../model-shards") },
  });
  const [folder, id, ...others] = positionals;
  if (folder === undefined || id === undefined || others.length > 0) throw new UsageError(USAGE);
  const { dtype, output } = values;
  const sharding = { id, dtype, output, ...parseDomain(values.domain), files: await listFiles(folder) };
  console.log(summarize(await writeModel(sharding)));
});

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import { checkComplete } from "./sharding/checks.ts";
import type { SourceFile } from "./sharding/parts.ts";
import { summarize, writeModel } from "./sharding/write-model.ts";

const USAGE = "Usage: npm run shard -- <exported folder> <model id> [--dtype fp32] [--output model-shards]";

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
    output: { type: "string", default: join(import.meta.dirname, "../model-shards") },
  });
  const [folder, id, ...others] = positionals;
  if (folder === undefined || id === undefined || others.length > 0) throw new UsageError(USAGE);
  console.log(summarize(await writeModel({ id, ...values, files: await listFiles(folder) })));
});

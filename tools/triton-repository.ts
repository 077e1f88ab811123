import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { modelFiles } from "../src/runtime/load-model.ts";
import { openModelShards } from "../src/weights/shards.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import { root } from "./serve.ts";
import { tritonConfig } from "./triton-config.ts";

const USAGE = `Usage: npm run triton-repository -- <model id> <folder> [--checkpoint <from_pretrained folder>] [--shards model-shards]

Writes a model repository for Triton: the four graphs as they are, and with --checkpoint also florence2, which reads
pictures and prompts and answers in words. What is there already is written over.`;

/** The folder in which the user ran the command; npm runs scripts in the repository root. */
const here = process.env["INIT_CWD"] ?? process.cwd();

/** The Python models in `deploy/triton/models`, each with a pattern for the checkpoint files that it needs. */
const pythonModels = [
  ["florence2", /\.json$/u],
  ["florence2_generate", /\.(?:json|safetensors)$/u],
] as const;

const graphs = [modelFiles.visionEncoder, modelFiles.embedTokens, modelFiles.encoder, modelFiles.decoder];

async function writeModel(folder: string, name: string, config: string): Promise<string> {
  const version = join(folder, name, "1");
  await mkdir(version, { recursive: true });
  await writeFile(join(folder, name, "config.pbtxt"), config);
  return version;
}

async function writeGraph(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  // Loading rejects a graph that ONNX Runtime cannot run, and is the only source of the tensors' metadata.
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const version = await writeModel(folder, name, tritonConfig(name, session.inputMetadata, session.outputMetadata));
  await session.release();
  await writeFile(join(version, "model.onnx"), bytes);
}

/** Copies the files of a folder with matching paths. */
async function copy(from: string, to: string, pattern: RegExp): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => path === from || pattern.test(path) });
}

/** Writes a Python model together with its checkpoint files, so that the repository can be moved as a whole. */
async function writePythonModel(
  folder: string,
  checkpoint: string,
  [name, needed]: (typeof pythonModels)[number],
): Promise<void> {
  const source = join(root, "deploy/triton/models", name);
  const version = await writeModel(folder, name, await readFile(join(source, "config.pbtxt"), "utf8"));
  await copy(source, version, /\.py$/u);
  await copy(checkpoint, join(version, "checkpoint"), needed);
}

async function assertCheckpoint(folder: string): Promise<void> {
  for (const name of ["config.json", "tokenizer.json", "preprocessor_config.json"]) {
    await readFile(join(folder, name)).catch(() => {
      throw new UsageError(`${folder} has no ${name}: --checkpoint wants a from_pretrained folder of Florence-2.`);
    });
  }
}

await runCommand(async () => {
  const { values, positionals } = readArguments(USAGE, {
    checkpoint: { type: "string" },
    shards: { type: "string", default: join(root, "model-shards") },
  });
  const [id, path, ...others] = positionals;
  if (id === undefined || path === undefined || others.length > 0) throw new UsageError(USAGE);
  const [folder, shardsFolder] = [resolve(here, path), resolve(here, values.shards)];
  const checkpoints = values.checkpoint === undefined ? [] : [resolve(here, values.checkpoint)];
  for (const checkpoint of checkpoints) await assertCheckpoint(checkpoint);
  const shards = await openModelShards(async (file) => new Response(await readFile(join(shardsFolder, file))), id);
  for (const graph of graphs) await writeGraph(folder, basename(graph, ".onnx"), await shards.bytes(graph));
  for (const checkpoint of checkpoints) {
    for (const model of pythonModels) await writePythonModel(folder, checkpoint, model);
  }
  console.log(`${folder}: ${id} ${shards.revision}`);
});

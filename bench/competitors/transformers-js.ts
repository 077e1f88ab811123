import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Task, tasks } from "../../src/florence/tasks.ts";
import { root } from "../../tools/serve.ts";

/** A tensor of token ids. */
export interface JsTensor {
  tolist(): readonly (readonly bigint[])[];
}

/** Florence-2's processor in transformers.js. */
export interface JsProcessor {
  image_processor(image: unknown): Promise<object>;
  tokenizer(texts: readonly string[]): object;
  construct_prompts(text: string): readonly string[];
  post_process_generation(text: string, task: string, imageSize: readonly [number, number]): unknown;
}

/** The session of one of a model's graphs. */
export interface JsSession {
  run: (...inputs: readonly unknown[]) => Promise<unknown>;
}

/** Florence-2 in transformers.js; `sessions` has its graphs by their names in transformers.js. */
export interface JsModel {
  readonly sessions: Readonly<Record<string, JsSession>>;
  generate(inputs: object): Promise<JsTensor>;
}

/** The part of the library that the benches use. Declared here because its own types exist only when it is installed. */
export interface TransformersJs {
  readonly env: { localModelPath: string; allowRemoteModels: boolean };
  readonly AutoProcessor: { from_pretrained(name: string): Promise<JsProcessor> };
  readonly Florence2ForConditionalGeneration: {
    from_pretrained(name: string, options: object): Promise<JsModel>;
  };
  readonly RawImage: { fromBlob(blob: Blob): Promise<unknown> };
}

const MODEL = "mini";

/** Installed next to this file only. */
const PACKAGE = "@huggingface/transformers";
const rows: readonly Task[] = Object.values(tasks);

/** transformers.js reads the task table from this file, as in the onnx-community checkpoints; our models do not have it. */
function withTaskTable(preprocessor: object): object {
  const prompts = (isFixed: boolean) =>
    rows.filter(({ input }) => (input === "none") === isFixed).map(({ token, sentence }) => [token, sentence] as const);
  return {
    ...preprocessor,
    processor_class: "Florence2Processor",
    tasks_answer_post_processing_type: Object.fromEntries(rows.map((row) => [row.token, row.postProcessing])),
    task_prompts_without_inputs: Object.fromEntries(prompts(true)),
    task_prompts_with_input: Object.fromEntries(prompts(false)),
  };
}

/** Creates a copy of the mini model that transformers.js can load; removed when this process exits. */
function modelFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "florence-edge-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  cpSync(join(root, "model-shards", MODEL), join(folder, MODEL), { recursive: true });
  const path = join(folder, MODEL, "preprocessor_config.json");
  const preprocessor: object = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify(withTaskTable(preprocessor)));
  return folder;
}

async function importLibrary(): Promise<TransformersJs> {
  const require = createRequire(import.meta.url);
  try {
    return await import(pathToFileURL(require.resolve(PACKAGE)).href);
  } catch (cause) {
    throw new Error("transformers.js is not installed: npm ci --prefix bench/competitors", { cause });
  }
}

/** Loads transformers.js and the mini model's processor, and disables `fetch` so that the network is not used. */
export async function loadProcessor(): Promise<{
  readonly library: TransformersJs;
  readonly processor: JsProcessor;
}> {
  const library = await importLibrary();
  library.env.localModelPath = `${modelFolder()}/`;
  library.env.allowRemoteModels = false;
  globalThis.fetch = () => Promise.reject(new Error("A bench fetches nothing."));
  return { library, processor: await library.AutoProcessor.from_pretrained(MODEL) };
}

/** Loads the mini model in transformers.js: native ONNX Runtime, float32. */
export function loadModel(library: TransformersJs, threads: number): Promise<JsModel> {
  return library.Florence2ForConditionalGeneration.from_pretrained(MODEL, {
    dtype: "fp32",
    device: "cpu",
    session_options: { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 },
  });
}

/**
 * Compares one vision pass and one decoder step of a model as large as Florence-2-base under our runtime in Node and under
 * ONNX Runtime's Python API, with the same files, inputs and threads. Both run in turns in one run, after a warm-up.
 *
 *   node bench/real-size.ts [exported folder] [threads] [rounds]
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import type { DecoderState, KeyValueCache } from "../src/runtime/decoder-state.ts";
import { createDecoder, createEncoder } from "../src/runtime/florence2.ts";
import { modelFiles } from "../src/runtime/load-model.ts";
import { type ModelConfig, readModelConfig } from "../src/runtime/model-config.ts";
import { createNativeSessions } from "../src/runtime/ort-node.ts";
import type { Session } from "../src/runtime/session.ts";
import { type Float32Tensor, attentionMask } from "../src/runtime/tensors.ts";
import { root } from "../tools/serve.ts";
import { median, timed } from "./measure.ts";

/** Generated tokens in the decoder's past. */
const PAST = 20;
/** Encoder positions: 577 visual tokens of an image and 13 tokens of a prompt. */
const SEEN = 590;
/** Sequences in the decoder's batch: 1 for greedy search, 3 for three beams. */
const ROWS = [1, 3] as const;
/** The input token; its value does not matter. */
const TOKEN = 100;
const WARM_UP_ROUNDS = 3;
/** Pause in ms that lets one side's threads go idle: ONNX Runtime's threads spin for a while after each run. */
const PAUSE = 50;
/** Larger than the difference between sums of ten thousand float32 values added in another order. */
const RELATIVE_TOLERANCE = 1e-4;

const [folder = join(root, "training/build/random-base/exported"), threads = "2", rounds = "20"] =
  process.argv.slice(2);

/** One run: its milliseconds, and the sum of the absolute output values. */
const Run = z.object({ ms: z.number(), sum: z.number() });
type Run = z.infer<typeof Run>;
type Side = (work: string) => Promise<Run>;

/** A tensor of values from -0.5 to 0.5, the same as in `real-size.py`. */
function numbers(...dims: readonly number[]): Float32Tensor {
  const length = dims.reduce((size, dim) => size * dim, 1);
  return { type: "float32", data: Float32Array.from({ length }, (_, at) => ((at % 251) - 125) / 250), dims };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, path), "utf8"));
}

function stateOf(decoder: Session, { attentionHeads, headSize }: ModelConfig, rows: number): DecoderState {
  const entries = decoder.inputs.flatMap(({ name }): readonly (readonly [string, Float32Tensor])[] => {
    if (!name.startsWith("past_key_values.")) return [];
    return [[name, numbers(rows, attentionHeads, name.includes(".encoder.") ? SEEN : PAST, headSize)]];
  });
  const cache: KeyValueCache = Object.fromEntries(entries);
  const lengths = Array.from({ length: rows }, () => SEEN);
  const hidden = numbers(rows, SEEN, attentionHeads * headSize);
  return {
    encoderOutput: { hidden, lengths, mask: attentionMask(lengths) },
    prompts: [...lengths.keys()],
    cache,
    started: true,
  };
}

function sumOf(arrays: readonly Float32Array[]): number {
  return arrays.reduce((sum, array) => array.reduce((total, value) => total + Math.abs(value), sum), 0);
}

async function ours(config: ModelConfig): Promise<Side> {
  const create = createNativeSessions({ threads: Number(threads) });
  const load = async (path: string) => create(await readFile(join(folder, path)));
  const visionEncoder = await load(modelFiles.visionEncoder);
  const [embedTokens, decoder] = [await load(modelFiles.embedTokens), await load(modelFiles.decoder)];
  const encoder = createEncoder({ visionEncoder, embedTokens, encoder: embedTokens }, config.image.size);
  const steps = createDecoder({ decoder, embedTokens }, config);
  const { data: pixels } = numbers(3, config.image.size, config.image.size);
  const states = new Map(ROWS.map((rows) => [String(rows), stateOf(decoder, config, rows)]));
  return async (work) => {
    const state = states.get(work);
    const { ms, result } = await timed(async () => {
      if (state === undefined) return (await encoder.encodeImages([pixels])).map(({ data }) => data);
      return (
        await steps.step(
          state,
          state.prompts.map(() => TOKEN),
        )
      ).logits;
    });
    return { ms, sum: sumOf(result) };
  };
}

function theirs({ image, attentionHeads, headSize }: ModelConfig): { readonly side: Side; readonly stop: () => void } {
  const python = process.env["PYTHON"] ?? join(root, "training/.venv/bin/python");
  const child = spawn(python, [join(root, "bench/real-size.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const sizes = { size: image.size, heads: attentionHeads, head_size: headSize, past: PAST, seen: SEEN, token: TOKEN };
  child.stdin.write(`${JSON.stringify({ folder, threads: Number(threads), rows: ROWS, ...sizes })}\n`);
  const side: Side = async (work) => {
    child.stdin.write(`${work}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${python} cannot run bench/real-size.py.`);
    return Run.parse(JSON.parse(value));
  };
  return { side, stop: () => child.stdin.end() };
}

function check(work: string, our: Run, their: Run): void {
  if (Math.abs(our.sum - their.sum) <= RELATIVE_TOLERANCE * their.sum) return;
  throw new Error(`${work}: the two sides computed different things, ${our.sum} and ${their.sum}.`);
}

const config = readModelConfig({
  config: await readJson(modelFiles.config),
  generation: await readJson(modelFiles.generation),
  preprocessor: await readJson(modelFiles.preprocessor),
  tokenizer: await readJson(modelFiles.tokenizer),
});
const native = theirs(config);
const edge = await ours(config);
console.log(`${threads} threads, ${PAST} tokens written, ${SEEN} seen; median (least) of ${rounds}, ms`);
for (const work of ["vision", ...ROWS.map(String)]) {
  const [our, their]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP_ROUNDS; round < Number(rounds); round++) {
    await setTimeout(PAUSE);
    const one = await native.side(work);
    await setTimeout(PAUSE);
    const other = await edge(work);
    check(work, other, one);
    if (round < 0) continue;
    their.push(one.ms);
    our.push(other.ms);
  }
  const shown = [their, our].map((all) => `${median(all).toFixed(1)} (${Math.min(...all).toFixed(1)})`);
  const ratio = median(our) / median(their);
  const name = work === "vision" ? "vision pass" : `decoder step, ${work} rows`;
  console.log(`${name.padEnd(22)} Python ${shown[0]}, florence-edge ${shown[1]}: ${ratio.toFixed(3)} times as long`);
}
native.stop();

import type { CreateSession, Session, Tensor, TensorInfo } from "../../src/runtime/session.ts";
import { modelFiles, type Tokenizer } from "../../src/runtime/load-model.ts";
import type { Manifest, ReadAsset } from "../../src/weights/shards.ts";
import { onnxModel } from "./onnx-model.ts";

/**
 * The ids that the tiny model generates for a prompt of one letter: one letter per token, between `<s>` and `</s>`. Each further
 * letter of the prompt makes the answer one token shorter.
 */
export const TINY_ANSWER: readonly number[] = [0, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6, 2];

/** Visual tokens of the tiny model. */
export const TINY_VISUAL_TOKENS = 2;

/** Rows of the tiny model's position tables. */
export const TINY_POSITIONS = 32;

const text = new TextEncoder();

const json = {
  [modelFiles.config]: {
    image_token_id: 7,
    text_config: { d_model: 1, decoder_attention_heads: 1, max_position_embeddings: TINY_POSITIONS },
  },
  [modelFiles.generation]: {
    decoder_start_token_id: 2,
    eos_token_id: 2,
    forced_bos_token_id: 0,
    forced_eos_token_id: 2,
  },
  [modelFiles.preprocessor]: {
    size: { height: 1, width: 1 },
    image_mean: [0, 0, 0],
    image_std: [1, 1, 1],
    image_seq_length: TINY_VISUAL_TOKENS,
  },
  [modelFiles.tokenizer]: {
    model: { vocab: { a: 4, b: 5, c: 6 } },
    added_tokens: [
      { id: 7, content: "<image>" },
      { id: 3, content: "<loc_0>" },
    ],
  },
  [modelFiles.tokenizerConfig]: {},
};
const graphs = [modelFiles.decoder, modelFiles.visionEncoder, modelFiles.encoder, modelFiles.embedTokens];

/** The tiny model's files. Each graph is an ONNX model without nodes whose name is its path, by which `tinySessions` identifies it. */
export const tinyFiles: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map([
  ...Object.entries(json).map(([path, value]) => [path, text.encode(JSON.stringify(value))] as const),
  ...graphs.map((path) => [path, onnxModel(path)] as const),
]);

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Splits files into parts of at most `partBytes`; returns their manifest and the parts as assets. */
export async function shardFiles(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, partBytes = 1 << 20) {
  const assets = new Map<string, Uint8Array<ArrayBuffer>>();
  const entries = [...files].map(async ([path, bytes]) => {
    const count = Math.ceil(bytes.length / partBytes);
    const parts = Array.from({ length: count }, async (_, index) => {
      const part = bytes.slice(index * partBytes, (index + 1) * partBytes);
      assets.set(`tiny/${path}.${index}`, part);
      return { path: `tiny/${path}.${index}`, bytes: part.length, sha256: await sha256(part) };
    });
    return { path, bytes: bytes.length, sha256: await sha256(bytes), parts: await Promise.all(parts) };
  });
  const model = { id: "tiny", revision: "r1", dtype: "fp32", files: await Promise.all(entries) };
  const manifest: Manifest = { version: 1, models: [model] };
  return { manifest, assets };
}

/** Serves assets from memory; missing ones return 404. */
export function readFrom(manifest: unknown, assets: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): ReadAsset {
  return async (path) => {
    if (path === "manifest.json") return Response.json(manifest);
    const bytes = assets.get(path);
    return bytes === undefined ? new Response("not here", { status: 404 }) : new Response(bytes);
  };
}

function floats(dims: readonly number[], data = new Float32Array(dims.reduce((size, dim) => size * dim, 1))): Tensor {
  return { type: "float32", data, dims };
}

function length(inputs: Readonly<Record<string, Tensor>>, name: string, dim: number): number {
  return inputs[name]?.dims[dim] ?? 0;
}

type Run = (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

/** Encoder positions for a prompt of one letter: the visual tokens, `<s>`, the letter and `</s>`. */
const MIN_ENCODER_LENGTH = TINY_VISUAL_TOKENS + 3;

/** The decoder's cache consists of the ids of its inputs; its length is the current step. The mask gives the length of the prompt. */
const decode: Run = (inputs) => {
  const past = inputs["past_key_values.0.decoder.key"]?.data ?? [];
  const rows = length(inputs, "inputs_embeds", 0);
  const step = length(inputs, "past_key_values.0.decoder.key", 2);
  const longest = length(inputs, "encoder_attention_mask", 1);
  const cache = new Float32Array(rows * (step + 1));
  const logits = new Float32Array(rows * 8);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < step; at++) cache[row * (step + 1) + at] = Number(past[row * step + at] ?? 0);
    cache[row * (step + 1) + step] = Number(inputs["inputs_embeds"]?.data[row] ?? 0);
    const mask = inputs["encoder_attention_mask"]?.data.slice(row * longest, (row + 1) * longest) ?? [];
    const seen = Array.from(mask, Number).filter((value) => value === 1).length;
    const last = TINY_ANSWER.length - 1 - (seen - MIN_ENCODER_LENGTH);
    logits[row * 8 + (step >= last ? 2 : (TINY_ANSWER[step] ?? 2))] = 1;
  }
  const cross = floats([rows, 1, length(inputs, "encoder_hidden_states", 1), 1]);
  return {
    logits: floats([rows, 1, 8], logits),
    "present.0.decoder.key": floats([rows, 1, step + 1, 1], cache),
    "present.0.decoder.value": floats([rows, 1, step + 1, 1]),
    "present.0.encoder.key": cross,
    "present.0.encoder.value": floats(cross.dims),
  };
};

/** An id's embedding is the id. */
const embed: Run = (inputs) => {
  const ids = Array.from(inputs["input_ids"]?.data ?? [], Number);
  const dims = [length(inputs, "input_ids", 0), length(inputs, "input_ids", 1), 1];
  return { inputs_embeds: floats(dims, Float32Array.from(ids)) };
};

const runs: ReadonlyMap<string, Run> = new Map([
  [
    modelFiles.visionEncoder,
    (inputs) => ({ image_features: floats([length(inputs, "pixel_values", 0), TINY_VISUAL_TOKENS, 1]) }),
  ],
  [modelFiles.embedTokens, embed],
  [modelFiles.encoder, (inputs) => ({ last_hidden_state: floats([...(inputs["inputs_embeds"]?.dims ?? [])]) })],
  [modelFiles.decoder, decode],
]);

function ports(names: readonly string[]): readonly TensorInfo[] {
  return names.map((name) => ({ name, type: "float32", shape: ["rows", "size"] }));
}

/** The ports of a graph, as far as the runtime uses them: the vision encoder's own, and the names of the decoder's for the others. */
function portsOf(graph: string): Pick<Session, "inputs" | "outputs"> {
  if (graph === modelFiles.visionEncoder) {
    const pixels = { name: "pixel_values", type: "float32", shape: ["rows", 3, 1, 1] } as const;
    return { inputs: [pixels], outputs: ports(["image_features"]) };
  }
  return {
    inputs: ports(cacheNames.map((name) => `past_key_values.${name}`)),
    outputs: ports(["logits", ...cacheNames.map((name) => `present.${name}`)]),
  };
}

const cacheNames = ["decoder.key", "decoder.value", "encoder.key", "encoder.value"].map((name) => `0.${name}`);

/** One run of a graph. */
export interface RecordedRun {
  readonly graph: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: readonly string[] | undefined;
}

/** Sessions of the tiny model that record their creation, runs and release. */
export function tinySessions() {
  const ran: RecordedRun[] = [];
  const created: string[] = [];
  const released: string[] = [];
  const create: CreateSession = async (bytes): Promise<Session> => {
    const decoded = new TextDecoder().decode(bytes);
    const graph = graphs.find((path) => decoded.includes(path));
    const run = runs.get(graph ?? "");
    if (graph === undefined || run === undefined) throw new Error("no such graph");
    created.push(graph);
    return {
      ...portsOf(graph),
      run: async (inputs, outputs) => {
        ran.push({ graph, inputs, outputs });
        return Object.fromEntries(Object.entries(run(inputs)).filter(([name]) => outputs?.includes(name) ?? true));
      },
      release: async () => void released.push(graph),
    };
  };
  return { create, ran, created, released };
}

/** One token per character, between `<s>` and `</s>`. */
export const tinyTokenizer: Tokenizer = {
  encode: (prompt) => [0, ...Array.from(prompt, () => 4), 2],
  decode: (ids) => ids.map((id) => "<.^*abc"[id] ?? "").join(""),
};

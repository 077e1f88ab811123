import * as z from "zod";
import {
  dequantizeFloat32,
  dequantizeInt32,
  type ImageSize,
  quantize,
  regionTokens,
} from "../src/florence/coordinates.ts";
import { constructPrompts, type ReferencePrompt } from "../src/florence/reference-prompts.ts";
import { postProcessTokens } from "../src/florence/reference-scores.ts";
import { postProcess } from "../src/florence/reference.ts";
import type { Tokenizer } from "../src/runtime/load-model.ts";
import type { Check } from "./vector-check.ts";
import { searchChecks } from "./search-runner.ts";

/** The result of running a file of vectors. */
export interface Report {
  readonly passed: number;
  readonly failures: readonly Check[];
}

/** Vectors write sizes as [width, height]. */
const size = z.tuple([z.number(), z.number()]).transform(([width, height]): ImageSize => ({ width, height }));
const numbers = z.array(z.number());
const four = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const PostProcessFile = z.object({
  vectors: z.array(
    z.object({ id: z.string(), task: z.string(), text: z.string(), image_size: size, expected: z.unknown() }),
  ),
});

const PromptFile = z.object({
  vectors: z.array(
    z.object({
      text: z.string(),
      hf_prompt: z.string().optional(),
      hf_error: z.string().optional(),
      input_ids: numbers.optional(),
    }),
  ),
});

const QuantizerFile = z.object({
  quantize: z.array(z.object({ box: four, image_size: size, bins: numbers, region_prompt: z.string() })),
  dequantize: z.array(z.object({ bins: numbers, image_size: size, hf: numbers, microsoft_float32: numbers })),
});

const ScoreFile = z.object({
  vectors: z.array(
    z.object({
      task: z.string(),
      sequence: numbers,
      transition_scores: numbers,
      image_size: size,
      expected_microsoft: z.unknown(),
    }),
  ),
});

function postProcessChecks(file: unknown): readonly Check[] {
  return PostProcessFile.parse(file).vectors.map(({ id, text, task, image_size, expected }) => {
    return { name: id, expected, actual: postProcess(text, task, image_size) };
  });
}

/** A result in the form of the vectors: a prompt and its ids, or Python's error with its message. */
function inVectorForm(result: ReferencePrompt, tokenizer: Tokenizer) {
  if (result.ok) return { hf_prompt: result.prompt, input_ids: tokenizer.encode(result.prompt) };
  return { hf_error: `ValueError: Task token ${result.token} should be the only content in the prompt.` };
}

/** Passes all texts in one batch, so that a prompt that depends on its neighbours fails. */
function promptChecks(file: unknown, tokenizer: Tokenizer): readonly Check[] {
  const { vectors } = PromptFile.parse(file);
  const results = constructPrompts(vectors.map(({ text }) => text)).map((result) => inVectorForm(result, tokenizer));
  return vectors.map(({ text, ...expected }, index) => ({
    name: JSON.stringify(text),
    expected,
    actual: results[index],
  }));
}

function along(
  values: readonly number[],
  { width, height }: ImageSize,
  convert: (value: number, side: number) => number,
) {
  return values.map((value, index) => convert(value, index % 2 === 0 ? width : height));
}

function quantizerChecks(file: unknown): readonly Check[] {
  const { quantize: forward, dequantize: backward } = QuantizerFile.parse(file);
  return [
    ...forward.map(({ box, image_size, bins, region_prompt }, index) => {
      const [x1, y1, x2, y2] = box;
      const actual = [along(box, image_size, quantize), regionTokens({ x1, y1, x2, y2 }, image_size)];
      return { name: `quantize ${index}`, expected: [bins, region_prompt], actual };
    }),
    ...backward.map(({ bins, image_size, hf, microsoft_float32 }, index) => {
      const actual = [along(bins, image_size, dequantizeInt32), along(bins, image_size, dequantizeFloat32)];
      return { name: `dequantize ${index}`, expected: [hf, microsoft_float32], actual };
    }),
  ];
}

/** `sequence` begins with the decoder's start token, which has no score; the reference decodes the other tokens one by one. */
function scoreChecks(file: unknown, tokenizer: Tokenizer): readonly Check[] {
  return ScoreFile.parse(file).vectors.map(
    ({ task, sequence, transition_scores, image_size, expected_microsoft }, index) => {
      const tokens = sequence
        .slice(1)
        .map((id, at) => ({ text: tokenizer.decode([id]), logprob: transition_scores[at] ?? Number.NaN }));
      return {
        name: `${task} ${index}`,
        expected: expected_microsoft,
        actual: postProcessTokens(tokens, task, image_size),
      };
    },
  );
}

/** Much smaller than any difference between two float32 values or integers; needed only for the exponential of a score. */
const RELATIVE_TOLERANCE = 1e-12;

/** Whether two values are equal: key order is ignored, and numbers may differ by a relative 1e-12. */
export function isSame(expected: unknown, actual: unknown): boolean {
  if (typeof expected === "number" && typeof actual === "number") {
    return Math.abs(expected - actual) <= RELATIVE_TOLERANCE * Math.abs(expected);
  }
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null) {
    return expected === actual;
  }
  if (Array.isArray(expected) !== Array.isArray(actual)) return false;
  const [expectedEntries, actualEntries] = [new Map(Object.entries(expected)), new Map(Object.entries(actual))];
  return (
    expectedEntries.size === actualEntries.size &&
    [...expectedEntries].every(([key, value]) => actualEntries.has(key) && isSame(value, actualEntries.get(key)))
  );
}

const checks: Readonly<Record<string, (file: unknown, tokenizer: Tokenizer) => readonly Check[]>> = {
  "postprocess.json": postProcessChecks,
  "prompts.json": promptChecks,
  "quantizer.json": quantizerChecks,
  "scores.json": scoreChecks,
  "beam-search.json": searchChecks,
};

/**
 * Runs the vectors of a file with the runner for its name; returns undefined if there is none. Throws a `ZodError` if the
 * file has another format. `tokenizer` is Florence-2-base's.
 */
export function runVectors(name: string, file: unknown, tokenizer: Tokenizer): Report | undefined {
  const run = checks[name];
  if (run === undefined) return undefined;
  const all = run(file, tokenizer);
  const failures = all.filter(({ expected, actual }) => !isSame(expected, actual));
  return { passed: all.length - failures.length, failures };
}

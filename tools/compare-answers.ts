/**
 * Compares the runtime, on native ONNX Runtime, with PyTorch on the same weights: token for token, with greedy search and
 * with beam search. The answers come from `florence-training answers`, the model from `npm run shard`.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import * as z from "zod";
import { assetsIn, nativeBackend } from "../bench/native-service.ts";
import { imageFromBytes } from "../src/image/image.ts";
import type { Backend, Decoding, Generation } from "../src/inference/backend.ts";
import { createNativeSessions } from "../src/runtime/ort-node.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";

const USAGE =
  "Usage: node tools/compare-answers.ts <folder with manifest.json> <model id> <answers.json> [--threads 2]";

const ids = z.array(z.int().nonnegative());

/** Decoding settings under their Python names, as `dataclasses.asdict` writes them. */
const decoding = z
  .object({ num_beams: z.int(), no_repeat_ngram_size: z.int(), early_stopping: z.boolean(), max_new_tokens: z.int() })
  .transform((python): Decoding => {
    return {
      beams: python.num_beams,
      noRepeatNgramSize: python.no_repeat_ngram_size,
      earlyStopping: python.early_stopping,
      maxNewTokens: python.max_new_tokens,
    };
  });

const answer = z
  .object({
    picture: z.string(),
    prompt: z.string(),
    prompt_ids: ids,
    greedy: ids,
    beams: ids,
    exact_greedy: ids,
    exact_beams: ids,
    margin: z.number(),
  })
  .transform(({ picture, prompt, prompt_ids: promptIds, margin, ...tokens }) => {
    return {
      picture,
      prompt,
      promptIds,
      greedy: { float32: tokens.greedy, float64: tokens.exact_greedy, note: `margin ${margin.toFixed(4)}` },
      beams: { float32: tokens.beams, float64: tokens.exact_beams, note: "" },
    };
  });

const AnswersFile = z.object({
  decodings: z.object({ greedy: decoding, beams: decoding }),
  answers: z.array(answer).min(1),
});
type AnswersFile = z.infer<typeof AnswersFile>;
type Expected = AnswersFile["answers"][number];
type Search = keyof AnswersFile["decodings"];
const searches: readonly Search[] = ["greedy", "beams"];

/** Returns the runtime's generations for prompts on one image, in the order of the prompts. */
async function generations(
  backend: Backend,
  imagePath: string,
  prompts: readonly string[],
  settings: Decoding,
): Promise<readonly Generation[]> {
  const image = await imageFromBytes(new Uint8Array(await readFile(imagePath)));
  const done: Generation[] = [];
  const events = backend.generate({ image, prompts, decoding: settings }, new AbortController().signal);
  for await (const event of events) if (event.type === "done") done[event.prompt] = event.generation;
  return done;
}

type Verdict = "equal" | "as float64" | "DIFFERENT";

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at]);
}

/** Where float32 and float64 differ, the answer depends on rounding, so either one is accepted. */
function judge({ float32, float64 }: Expected[Search], actual: readonly number[]): Verdict {
  if (isSame(float32, actual)) return "equal";
  return isSame(float64, actual) ? "as float64" : "DIFFERENT";
}

/** Describes the first id that differs from the expected one. */
function difference(expected: readonly number[], actual: readonly number[]): string {
  const length = Math.max(expected.length, actual.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => expected[index] !== actual[index]);
  return at === undefined ? `${length} ids` : `id ${at}: ${expected[at]} expected, ${actual[at]} written`;
}

/** Prints a line for each answer on one image. */
async function compare(
  backend: Backend,
  search: Search,
  { decodings }: AnswersFile,
  answers: readonly Expected[],
): Promise<readonly Verdict[]> {
  const imagePath = answers[0]?.picture ?? "";
  const prompts = answers.map(({ prompt }) => prompt);
  const generated = await generations(backend, imagePath, prompts, decodings[search]);
  return answers.map((expected, index) => {
    const { tokenIds, promptTokens } = generated[index] ?? { tokenIds: [], promptTokens: 0 };
    const verdict = promptTokens === expected.promptIds.length ? judge(expected[search], tokenIds) : "DIFFERENT";
    const { float32, note } = expected[search];
    const line = [basename(imagePath).padEnd(16), search.padEnd(7), verdict.padEnd(10), difference(float32, tokenIds)];
    console.log([...line, note, expected.prompt].join("  "));
    return verdict;
  });
}

/** The peak resident memory of this process in megabytes. */
function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1000);
}

await runCommand(async () => {
  const { values, positionals } = readArguments(USAGE, { threads: { type: "string", default: "2" } });
  const [folder, modelId, path, ...others] = positionals;
  if (folder === undefined || modelId === undefined || path === undefined || others.length > 0) {
    throw new UsageError(USAGE);
  }
  const file = AnswersFile.parse(JSON.parse(await readFile(path, "utf8")));
  const createSession = createNativeSessions({ threads: Number(values.threads) });
  const changes = { modelId, readAsset: assetsIn(folder), maxCachedTokens: Infinity };
  const backend = nativeBackend(createSession, changes);
  const before = peakMegabytes();
  await backend.ready();
  console.log(`loaded: at most ${peakMegabytes()} MB in memory, ${before} of them before`);
  const verdicts: Verdict[] = [];
  for (const answers of Map.groupBy(file.answers, ({ picture }) => picture).values()) {
    for (const search of searches) verdicts.push(...(await compare(backend, search, file, answers)));
  }
  const counts = [...Map.groupBy(verdicts, (verdict) => verdict)].map(([verdict, all]) => `${all.length} ${verdict}`);
  console.log(`of ${verdicts.length}: ${counts.join(", ")}; at most ${peakMegabytes()} MB in memory`);
  process.exitCode = verdicts.includes("DIFFERENT") ? 1 : 0;
});

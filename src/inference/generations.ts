import type { BackendTimings, FinishReason, Generation } from "./backend.ts";
import type { NamedTensor } from "./protocol/datatypes.ts";
import { InferenceFailure } from "./protocol/failure.ts";
import { type InferenceReply, outputOf } from "./protocol/infer.ts";

/** The end-of-sequence token: the last token of every complete generation. */
const END = "</s>";

function malformed(what: string): InferenceFailure {
  return new InferenceFailure("malformed", `The reply's ${what}.`);
}

function checkShape({ name, shape }: NamedTensor, expected: readonly number[]): void {
  if (shape.join() === expected.join()) return;
  throw malformed(`${name} is [${shape.join(", ")}], not [${expected.join(", ")}]`);
}

function texts({ data }: NamedTensor<"BYTES">): readonly string[] {
  const decoder = new TextDecoder();
  return data.map((bytes) => decoder.decode(bytes));
}

/** Reads the optional outputs. */
function optionalOutputsOf(reply: InferenceReply, prompts: number) {
  const has = (name: string): boolean => reply.outputs.has(name);
  const reasons = has("finish_reason") ? outputOf(reply, "finish_reason", "BYTES") : undefined;
  const counts = has("prompt_token_count") ? outputOf(reply, "prompt_token_count", "INT32") : undefined;
  for (const tensor of [reasons, counts]) if (tensor !== undefined) checkShape(tensor, [prompts]);
  return { reasons: reasons && texts(reasons), promptCounts: counts?.data };
}

/**
 * The reported finish reason, else an inferred one. If the model forces `</s>` at the token limit, a truncated
 * generation also ends with it, so the length decides.
 */
function finishReasonOf(
  reported: string | undefined,
  generated: { readonly text: string; readonly count: number; readonly limit: number | undefined },
): FinishReason {
  if (reported === "stop" || reported === "length") return reported;
  if (reported !== undefined) throw malformed(`finish_reason is ${JSON.stringify(reported.slice(0, 20))}`);
  const isCut = generated.count >= (generated.limit ?? Infinity) || !generated.text.endsWith(END);
  return isCut ? "length" : "stop";
}

const STAGES: ReadonlySet<string> = new Set<keyof BackendTimings>(["queue", "encode", "decode"]);

/** Stage timings from Server-Timing. Ignores other entries, which the server or a proxy in front of it may add. */
export function timingsOf({ serverTiming }: Pick<InferenceReply, "serverTiming">): BackendTimings {
  const known = serverTiming.filter(({ name }) => STAGES.has(name));
  return Object.fromEntries(known.map(({ name, ms }) => [name, ms]));
}

/**
 * Generations of a `florence2` reply, one per prompt. `limit` is the requested token limit, if any. Throws `malformed`
 * if the tensors contradict each other, so that a partial reply never passes as a complete one.
 */
export function generationsOf(reply: InferenceReply, prompts: number, limit?: number): readonly Generation[] {
  const ids = outputOf(reply, "token_ids", "INT64");
  const logprobs = outputOf(reply, "token_logprobs", "FP32");
  const counts = outputOf(reply, "token_count", "INT32");
  const text = outputOf(reply, "text", "BYTES");
  const [, longest = 0] = ids.shape;
  checkShape(ids, [prompts, longest]);
  checkShape(logprobs, [prompts, longest]);
  checkShape(counts, [prompts]);
  checkShape(text, [prompts]);
  const { reasons, promptCounts } = optionalOutputsOf(reply, prompts);
  return texts(text).map((generated, row) => {
    const count = counts.data[row] ?? -1;
    if (count < 0 || count > longest) throw malformed(`token_count is ${count} of ${longest} tokens`);
    const begin = row * longest;
    const tokenIds = Array.from(ids.data.subarray(begin, begin + count), Number);
    const tokenLogprobs = Array.from(logprobs.data.subarray(begin, begin + count));
    if (!tokenLogprobs.every((logprob) => logprob <= 0)) throw malformed("token_logprobs are not all 0 or below");
    const finishReason = finishReasonOf(reasons?.[row], { text: generated, count, limit });
    return { tokenIds, tokenLogprobs, text: generated, finishReason, promptTokens: promptCounts?.[row] ?? 0 };
  });
}

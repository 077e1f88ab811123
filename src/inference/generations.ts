import type { BackendTimings, FinishReason, Generation } from "./backend.ts";
import type { NamedTensor } from "./protocol/datatypes.ts";
import { InferenceFailure } from "./protocol/failure.ts";
import { type InferenceReply, outputOf } from "./protocol/infer.ts";

/** The closing token, which every answer that ended by itself has last. */
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

/** Outputs that only some backends have. */
function extrasOf(reply: InferenceReply, prompts: number) {
  const has = (name: string): boolean => reply.outputs.has(name);
  const reasons = has("finish_reason") ? outputOf(reply, "finish_reason", "BYTES") : undefined;
  const counts = has("prompt_token_count") ? outputOf(reply, "prompt_token_count", "INT32") : undefined;
  for (const tensor of [reasons, counts]) if (tensor !== undefined) checkShape(tensor, [prompts]);
  return { reasons: reasons && texts(reasons), promptCounts: counts?.data };
}

/** A limit that forces the closing token makes a cut answer look like a whole one: there its length tells. */
function finishReasonOf(
  said: string | undefined,
  written: { readonly text: string; readonly count: number; readonly limit: number | undefined },
): FinishReason {
  if (said === "stop" || said === "length") return said;
  if (said !== undefined) throw malformed(`finish_reason is ${JSON.stringify(said.slice(0, 20))}`);
  const isCut = written.count >= (written.limit ?? Infinity) || !written.text.endsWith(END);
  return isCut ? "length" : "stop";
}

const STAGES: ReadonlySet<string> = new Set<keyof BackendTimings>(["queue", "encode", "decode"]);

/** What a server says of its stages; what else it, or a proxy before it, times is none of the port's. */
export function timingsOf({ serverTiming }: Pick<InferenceReply, "serverTiming">): BackendTimings {
  const known = serverTiming.filter(({ name }) => STAGES.has(name));
  return Object.fromEntries(known.map(({ name, ms }) => [name, ms]));
}

/**
 * What `florence2` answered to `prompts` prompts; `limit` is the bound on tokens that was asked for, if one was. Throws `malformed` where the
 * tensors contradict each other: half an answer must not look like one.
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
  const { reasons, promptCounts } = extrasOf(reply, prompts);
  return texts(text).map((written, row) => {
    const count = counts.data[row] ?? -1;
    if (count < 0 || count > longest) throw malformed(`token_count is ${count} of ${longest} tokens`);
    const begin = row * longest;
    const tokenIds = Array.from(ids.data.subarray(begin, begin + count), Number);
    const tokenLogprobs = Array.from(logprobs.data.subarray(begin, begin + count));
    if (!tokenLogprobs.every((logprob) => logprob <= 0)) throw malformed("token_logprobs are not all 0 or below");
    const finishReason = finishReasonOf(reasons?.[row], { text: written, count, limit });
    return { tokenIds, tokenLogprobs, text: written, finishReason, promptTokens: promptCounts?.[row] ?? 0 };
  });
}

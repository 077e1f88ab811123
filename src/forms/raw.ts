import type { RawAnswer } from "../contract/forms.ts";
import type { Generation } from "../inference/backend.ts";
import type { FormSource } from "./source.ts";

/** The lowest finite float32. It replaces minus infinity, the log-probability of an excluded token, which JSON cannot represent. */
const LOWEST_LOGPROB = -3.4028234663852886e38;

function rawGeneration(prompt: string, generation: Generation): RawAnswer["generations"][number] {
  const { text, tokenIds, tokenLogprobs, finishReason, promptTokens } = generation;
  return {
    prompt,
    text,
    token_ids: [...tokenIds],
    token_logprobs: tokenLogprobs.map((logprob) => Math.max(logprob, LOWEST_LOGPROB)),
    finish_reason: finishReason,
    usage: { prompt_tokens: promptTokens, completion_tokens: tokenIds.length },
  };
}

/** The model's generations without parsing. */
export function raw({ prompts, generations, answer }: FormSource): RawAnswer {
  const { task, source, model, finish_reason, usage } = answer;
  return {
    type: "raw",
    task,
    source,
    model,
    finish_reason,
    usage,
    generations: generations.map((generation, index) => rawGeneration(prompts[index] ?? "", generation)),
  };
}

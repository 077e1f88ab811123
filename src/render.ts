import type { Answer } from "./contract/answers.ts";
import type { ImageSize } from "./florence/coordinates.ts";
import type { ParsedAnswer } from "./florence/parse.ts";
import { SCORE_TYPE, scoreOf } from "./florence/score.ts";
import type { BoxObject, PolygonObject, QuadObject } from "./florence/shapes.ts";
import type { Generation, ModelDescription } from "./inference/backend.ts";

/** What an answer says beside what was parsed. */
export interface Circumstances {
  readonly task: string;
  readonly source: ImageSize;
  readonly model: ModelDescription;
  readonly generation: Generation;
  /** Log-probabilities of the location tokens, in order, as `locationLogprobs` gives them. */
  readonly logprobs: readonly number[];
}

/** Decimals of a score: what lies behind them differs between processors, and means nothing. */
const SCORE_DECIMALS = 4;

/** A parsed answer in the contract's shape. */
export function render(parsed: ParsedAnswer, circumstances: Circumstances): Answer {
  const { logprobs } = circumstances;
  const common = commonOf(circumstances);
  const located = { ...common, score_type: SCORE_TYPE };
  if (parsed.type === "text") return { type: parsed.type, ...common, text: parsed.text };
  if (parsed.type === "boxes") {
    return { type: parsed.type, ...located, objects: parsed.objects.map((object) => scored(object, logprobs)) };
  }
  if (parsed.type === "quads") {
    return { type: parsed.type, ...located, objects: parsed.objects.map((object) => quad(object, logprobs)) };
  }
  return { type: parsed.type, ...located, objects: parsed.objects.map((object) => polygon(object, logprobs)) };
}

function commonOf({ task, source, model, generation }: Circumstances) {
  const { width, height } = source;
  const { id, revision, dtype } = model;
  const usage = { prompt_tokens: generation.promptTokens, completion_tokens: generation.tokenIds.length };
  return {
    task,
    source: { width, height },
    model: { id, revision, dtype },
    finish_reason: generation.finishReason,
    usage,
  };
}

function scored(object: BoxObject, logprobs: readonly number[]) {
  const { label, box, normalizedBox } = object;
  const score = Number(scoreOf(object, logprobs).toFixed(SCORE_DECIMALS));
  return { label, score, box, normalized_box: normalizedBox };
}

function quad(object: QuadObject, logprobs: readonly number[]) {
  return { ...scored(object, logprobs), quad: [...object.quad], normalized_quad: [...object.normalizedQuad] };
}

function polygon(object: PolygonObject, logprobs: readonly number[]) {
  return {
    ...scored(object, logprobs),
    polygons: object.polygons.map((ring) => [...ring]),
    normalized_polygons: object.normalizedPolygons.map((ring) => [...ring]),
  };
}

import type { Answer } from "../contract/answers.ts";
import type { ImageSize } from "../florence/coordinates.ts";
import type { ParsedAnswer } from "../florence/parse.ts";
import { SCORE_TYPE, scoreOf, TEXT_SCORE_TYPE, textScoreOf } from "../florence/score.ts";
import type { BoxObject, PolygonObject, QuadObject } from "../florence/shapes.ts";
import { cornersOf } from "../forms/outline.ts";
import type { Generation, ModelDescription } from "../inference/backend.ts";

/** What an answer contains besides the parsed content. */
export interface RenderContext {
  readonly task: string;
  readonly source: ImageSize;
  readonly model: ModelDescription;
  readonly generation: Generation;
  /** Log-probabilities of the location tokens, in order, as `locationLogprobs` returns them. */
  readonly logprobs: readonly number[];
  /** The label that was requested: used for objects that the model located without a label. */
  readonly requestedLabel?: string | undefined;
  /** Whether a text has a score. Objects always have one. */
  readonly hasTextScore?: boolean;
}

/** Decimals of a score. Further digits differ between processors and carry no meaning. */
const SCORE_DECIMALS = 4;

/** Converts a parsed answer to the contract's shape. */
export function render(parsed: ParsedAnswer, context: RenderContext): Answer {
  const common = commonOf(context);
  const located = { ...common, score_type: SCORE_TYPE, box_format: "xyxy" } as const;
  if (parsed.type === "text") {
    return { type: parsed.type, ...common, ...(context.hasTextScore ? textScore(context) : {}), text: parsed.text };
  }
  if (parsed.type === "boxes") {
    return { type: parsed.type, ...located, objects: parsed.objects.map((object) => scored(object, context)) };
  }
  if (parsed.type === "quads") {
    return { type: parsed.type, ...located, objects: parsed.objects.map((object) => quad(object, context)) };
  }
  return { type: parsed.type, ...located, objects: parsed.objects.map((object) => polygon(object, context)) };
}

/**
 * Merges the answers to several prompts of one request: concatenates the objects and adds up the tokens. If one answer is polygons, boxes become
 * polygons too.
 */
export function mergeAnswers(answers: readonly Answer[]): Answer {
  const isOutlined = answers.some(({ type }) => type === "polygons");
  const [first, ...others] = isOutlined ? answers.map(asPolygons) : answers;
  if (first === undefined) throw new Error("There is no answer to join.");
  return others.reduce(mergeTwo, first);
}

function mergeTwo(one: Answer, other: Answer): Answer {
  const usage = {
    prompt_tokens: one.usage.prompt_tokens + other.usage.prompt_tokens,
    completion_tokens: one.usage.completion_tokens + other.usage.completion_tokens,
  };
  const finish_reason = one.finish_reason === "length" ? one.finish_reason : other.finish_reason;
  if (one.type === "boxes" && other.type === "boxes") {
    return { ...one, usage, finish_reason, objects: [...one.objects, ...other.objects] };
  }
  if (one.type === "polygons" && other.type === "polygons") {
    return { ...one, usage, finish_reason, objects: [...one.objects, ...other.objects] };
  }
  throw new Error(`Answers of ${one.type} and ${other.type} cannot be joined.`);
}

/** Converts boxes to polygons, for requests where another label's answer is polygons: a request has one answer type. */
export function asPolygons(answer: Answer): Answer {
  if (answer.type !== "boxes") return answer;
  const objects = answer.objects.map((object) => ({
    ...object,
    polygons: [cornersOf(object.box)],
    normalized_polygons: [cornersOf(object.normalized_box)],
  }));
  return { ...answer, type: "polygons", objects };
}

function commonOf({ task, source, model, generation }: RenderContext) {
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

function rounded(score: number): number {
  return Number(score.toFixed(SCORE_DECIMALS));
}

function textScore({ generation }: RenderContext) {
  return { score_type: TEXT_SCORE_TYPE, score: rounded(textScoreOf(generation.tokenLogprobs)) };
}

function scored(object: BoxObject, { logprobs, requestedLabel = "" }: RenderContext) {
  const { label, box, normalizedBox } = object;
  const score = rounded(scoreOf(object, logprobs));
  return { label: label === "" ? requestedLabel : label, score, box, normalized_box: normalizedBox };
}

function quad(object: QuadObject, context: RenderContext) {
  return { ...scored(object, context), quad: [...object.quad], normalized_quad: [...object.normalizedQuad] };
}

function polygon(object: PolygonObject, context: RenderContext) {
  return {
    ...scored(object, context),
    polygons: object.polygons.map((ring) => [...ring]),
    normalized_polygons: object.normalizedPolygons.map((ring) => [...ring]),
  };
}

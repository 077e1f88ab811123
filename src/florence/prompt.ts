import {
  type Box,
  boxFromTokens,
  type ImageSize,
  isRegionInside,
  regionInPixels,
  regionTokens,
  tokensFromBox,
} from "./coordinates.ts";
import { type InputKind, type TaskName, tasks } from "./tasks.ts";

/** A caller's input besides the image. A task reads only the fields of its input kind. */
export interface PromptInput {
  readonly text?: string | undefined;
  /** In pixels of the source image, or four location tokens. */
  readonly region?: Box | string | undefined;
  /** In 0..1 of the source image. */
  readonly normalizedRegion?: Box | undefined;
}

/** Why there is no prompt: the task's input is missing or blank, or the region is not a box inside the image. */
export type PromptRefusal = "text-required" | "region-required" | "region-outside-image";

/** The exact prompt for the model, or the reason why there is none. */
export type PromptResult =
  | { readonly ok: true; readonly prompt: string }
  | { readonly ok: false; readonly refusal: PromptRefusal };

type Reader = (input: PromptInput, size: ImageSize) => string | { readonly refusal: PromptRefusal };

const readText: Reader = ({ text }) => text?.trim() || { refusal: "text-required" };

/**
 * A thin box may start and end in the same bin. The prompt gets the tokens of the vocabulary: a token with leading zeros would be read as
 * characters.
 */
const readTokens = (region: string): ReturnType<Reader> => {
  const bins = boxFromTokens(region);
  const isBox = bins !== undefined && bins.x1 <= bins.x2 && bins.y1 <= bins.y2;
  return isBox ? tokensFromBox(bins) : { refusal: "region-outside-image" };
};

const readRegion: Reader = ({ region, normalizedRegion }, size) => {
  if (typeof region === "string") return readTokens(region);
  const pixels = region ?? (normalizedRegion && regionInPixels(normalizedRegion, size));
  if (pixels === undefined) return { refusal: "region-required" };
  return isRegionInside(pixels, size) ? regionTokens(pixels, size) : { refusal: "region-outside-image" };
};

const readers: Readonly<Record<InputKind, Reader>> = {
  none: () => "",
  text: readText,
  labels: readText,
  region: readRegion,
};

/** Replaces `{input}` in a prompt template by an input, literally (`$` is not special). */
export function fillSentence(sentence: string, input: string): string {
  return sentence.replace("{input}", () => input);
}

/** Builds the prompt of a task. `size` is the source image's, in pixels; regions are quantized with it. */
export function promptFor(task: TaskName, input: PromptInput, size: ImageSize): PromptResult {
  const row = tasks[task];
  const result = readers[row.input](input, size);
  return typeof result === "string"
    ? { ok: true, prompt: fillSentence(row.sentence, result) }
    : { ok: false, ...result };
}

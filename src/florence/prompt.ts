import { type Box, boxFromTokens, type ImageSize, isRegionOf, regionInPixels, regionTokens } from "./coordinates.ts";
import { type InputKind, type TaskName, tasks } from "./tasks.ts";

/** What a caller gives beside the image; a task reads the fields of its input kind and no others. */
export interface PromptInput {
  readonly text?: string | undefined;
  /** Pixels of the source image, or four location tokens, which the model reads as they are. */
  readonly region?: Box | string | undefined;
  /** 0..1 of the source image. */
  readonly normalizedRegion?: Box | undefined;
}

/** Why there is no prompt: what the task needs is missing or blank, or the region is no box inside the image. */
export type PromptRefusal = "text-required" | "region-required" | "region-outside-image";

/** The exact sentence for the model, or the reason why there is none. */
export type PromptResult =
  | { readonly ok: true; readonly prompt: string }
  | { readonly ok: false; readonly refusal: PromptRefusal };

type Reader = (input: PromptInput, size: ImageSize) => string | { readonly refusal: PromptRefusal };

const readText: Reader = ({ text }) => text?.trim() || { refusal: "text-required" };

/** A thin box may begin and end in the same bin. */
const readTokens = (region: string): ReturnType<Reader> => {
  const bins = boxFromTokens(region);
  const isBox = bins !== undefined && bins.x1 <= bins.x2 && bins.y1 <= bins.y2;
  return isBox ? region : { refusal: "region-outside-image" };
};

const readRegion: Reader = ({ region, normalizedRegion }, size) => {
  if (typeof region === "string") return readTokens(region);
  const pixels = region ?? (normalizedRegion && regionInPixels(normalizedRegion, size));
  if (pixels === undefined) return { refusal: "region-required" };
  return isRegionOf(pixels, size) ? regionTokens(pixels, size) : { refusal: "region-outside-image" };
};

const readers: Readonly<Record<InputKind, Reader>> = {
  none: () => "",
  text: readText,
  labels: readText,
  region: readRegion,
};

/** Puts an input where the sentence has `{input}`; nothing in the input is interpreted. */
export function fillSentence(sentence: string, input: string): string {
  return sentence.replace("{input}", () => input);
}

/** The sentence that the model reads for a task. `size` is the source image's, in pixels: regions are quantized on it. */
export function promptFor(task: TaskName, input: PromptInput, size: ImageSize): PromptResult {
  const row = tasks[task];
  const read = readers[row.input](input, size);
  return typeof read === "string" ? { ok: true, prompt: fillSentence(row.sentence, read) } : { ok: false, ...read };
}

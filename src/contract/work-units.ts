/**
 * How much work a request may cause, in units: the one table that bounds requests, that admission counts, and that prices are drawn from. A unit is one
 * prompt with one beam and 256 generated tokens. On two CPU cores, the small model in an isolate takes 15 to 30 ms for a unit, since
 * most answers end long before their token limit.
 */
const costs = {
  /** Decoding and encoding one image: about 80 ms on the same machine. */
  image: 4,
  /** Generated tokens, of all beams, in one unit. */
  tokensPerUnit: 256,
  /** What an option counts as if it is not set. The model's configuration decides what then happens. */
  beams: 3,
  maxNewTokens: 256,
} as const;

/** Options that decide how much work a prompt is. */
export interface PromptCost {
  readonly beams?: number | undefined;
  readonly maxNewTokens?: number | undefined;
}

/** Generated tokens, of all beams of a prompt, in one unit. */
export const TOKENS_PER_UNIT = costs.tokensPerUnit;

/** What an option of a prompt counts as if it is not set. */
export const PROMPT_DEFAULTS = { beams: costs.beams, maxNewTokens: costs.maxNewTokens } as const;

/** Units of an image, whatever is asked about it. */
export const IMAGE_UNITS = costs.image;

/** Units of one prompt: at least one. */
export function promptUnits({ beams = costs.beams, maxNewTokens = costs.maxNewTokens }: PromptCost): number {
  return Math.ceil((beams * maxNewTokens) / costs.tokensPerUnit);
}

/** Units of a generation: one image and prompts with the same settings. */
export function generationUnits(prompts: number, cost: PromptCost): number {
  return IMAGE_UNITS + prompts * promptUnits(cost);
}

/**
 * Units of one call of a bare graph, by the images or the tokens of its largest input: at least one. Measured with the small model: a vision pass takes
 * 21 ms for an image, 256 tokens take the encoder 24 ms and the decoder 90 ms.
 */
export function graphUnits({ images = 0, tokens = 0 }: { readonly images?: number; readonly tokens?: number }): number {
  return Math.max(1, images * IMAGE_UNITS + Math.ceil(tokens / costs.tokensPerUnit));
}

/**
 * Maximum units of one request: 32 images, each with a prompt of 3 beams and 1024 tokens. It also allows 32 tasks on one image with the same
 * settings, and 64 labels with 5 beams.
 */
export const MAX_REQUEST_UNITS = 32 * (IMAGE_UNITS + 12);

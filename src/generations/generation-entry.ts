import * as z from "zod";
import type { Entry } from "../cache/entry.ts";
import type { Generation } from "../inference/backend.ts";

/** Memory of a token, in bytes: its id and its log-probability, each a number in an array. */
const BYTES_PER_TOKEN = 16;

/**
 * Memory of an entry besides its tokens and its text, in bytes: two objects, two arrays, a key, a slot in a map. Measured in V8: 410 with 3 tokens,
 * 370 with 14. If it were not counted, an isolate full of short answers would use six times its limit.
 */
export const ENTRY_BYTES = 400;

const StoredGeneration = z.object({
  tokenIds: z.array(z.int().nonnegative()),
  tokenLogprobs: z.array(z.number().max(0)),
  text: z.string(),
  finishReason: z.enum(["stop", "length"]),
  promptTokens: z.int().nonnegative(),
}) satisfies z.ZodType<Generation>;

/** Parses a stored generation; returns undefined if it is invalid. */
export function parseGeneration(value: unknown): Generation | undefined {
  return StoredGeneration.safeParse(value).data;
}

const SerializedEntries = z.array(z.object({ value: StoredGeneration, createdMs: z.number() }));

/** Serializes entries for other isolates. */
export function serializeEntries(entries: readonly Entry<Generation>[]): string {
  return JSON.stringify(entries);
}

/** Parses entries from another isolate; returns undefined if the text is invalid. */
export function parseEntries(text: string): readonly Entry<Generation>[] | undefined {
  try {
    return SerializedEntries.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Estimates the memory of an entry in the isolate, in bytes. */
export function generationBytes({ value }: Entry<Generation>): number {
  return ENTRY_BYTES + value.tokenIds.length * BYTES_PER_TOKEN + value.text.length * 2;
}

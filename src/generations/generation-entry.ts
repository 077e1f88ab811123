import * as z from "zod";
import type { Entry } from "../cache/entry.ts";
import type { Generation } from "../inference/backend.ts";

/** Bytes that a token takes in memory: its id and its log-probability, as numbers of an array each. */
const BYTES_PER_TOKEN = 16;

/**
 * Bytes that an entry takes beside its tokens and its text: two objects, two arrays, a key, a place in a map. Measured in V8: 410 with 3 tokens, 370 with
 * 14. Without them an isolate full of short answers would hold six times its budget.
 */
export const ENTRY_BYTES = 400;

const StoredGeneration = z.object({
  tokenIds: z.array(z.int().nonnegative()),
  tokenLogprobs: z.array(z.number().max(0)),
  text: z.string(),
  finishReason: z.enum(["stop", "length"]),
  promptTokens: z.int().nonnegative(),
}) satisfies z.ZodType<Generation>;

/** A generation that came out of a store; nothing where it is none. */
export function parseGeneration(value: unknown): Generation | undefined {
  return StoredGeneration.safeParse(value).data;
}

const HandedEntries = z.array(z.object({ value: StoredGeneration, createdMs: z.number() }));

/** Entries as one isolate hands them to another. */
export function serializeEntries(entries: readonly Entry<Generation>[]): string {
  return JSON.stringify(entries);
}

/** Entries that another isolate handed over; nothing where the text is none. */
export function parseEntries(text: string): readonly Entry<Generation>[] | undefined {
  try {
    return HandedEntries.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What an entry takes in the isolate, about. */
export function generationBytes({ value }: Entry<Generation>): number {
  return ENTRY_BYTES + value.tokenIds.length * BYTES_PER_TOKEN + value.text.length * 2;
}

import * as z from "zod";
import type { Entry } from "./cache/entry.ts";
import type { Generation } from "./inference/backend.ts";

/** Bytes that a token takes in memory: its id and its log-probability, as numbers of an array each. */
const BYTES_PER_TOKEN = 16;

const StoredGeneration = z.object({
  tokenIds: z.array(z.int().nonnegative()),
  tokenLogprobs: z.array(z.number().max(0)),
  text: z.string(),
  finishReason: z.enum(["stop", "length"]),
  promptTokens: z.int().nonnegative(),
}) satisfies z.ZodType<Generation>;

/** A generation that came out of a store; nothing where it is none. */
export function readGeneration(value: unknown): Generation | undefined {
  return StoredGeneration.safeParse(value).data;
}

/** What an entry takes in the isolate, about. */
export function generationBytes({ value }: Entry<Generation>): number {
  return value.tokenIds.length * BYTES_PER_TOKEN + value.text.length * 2;
}

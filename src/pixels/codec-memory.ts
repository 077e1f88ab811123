import { growInSmallSteps } from "../runtime/memory-growth.ts";

/** What a codec of `codecs/` imports its memory as. */
export const MEMORY_IMPORT = { module: "shared", name: "memory" } as const;

/** Pages of 64 KiB that a codec has at its start: its constants and its stack end at 77 KiB. */
export const CODEC_PAGES = 2;

/** One memory for all codecs of an isolate or thread, which belongs to one of them at a time. */
export interface CodecMemory {
  readonly memory: WebAssembly.Memory;
  isOwnedBy(owner: object): boolean;
  /** Clears the memory, for a codec that starts in it. What used it before must not run again. */
  claim(owner: object): void;
}

/**
 * Creates the memory. A WebAssembly memory never shrinks, and nothing makes V8 collect one that was dropped, so with a memory for each codec an isolate
 * holds the largest image of every format at once: 66 MB for two megapixels of JPEG and WebP.
 */
export function createCodecMemory(): CodecMemory {
  const memory = new WebAssembly.Memory({ initial: CODEC_PAGES });
  growInSmallSteps(memory);
  let current: object | undefined;
  return {
    memory,
    isOwnedBy: (owner) => current === owner,
    claim: (owner) => {
      current = owner;
      new Uint8Array(memory.buffer).fill(0);
    },
  };
}

import { createDecodeSpeeds } from "./decode-speeds.ts";
import { createDecodeSlot, type Decoded, type DecodeJob, type DecodeThread, type RunAfter } from "./decode-slot.ts";

/** Dependencies and limits of `createDecodeSlots`. */
export interface DecodeSlotsOptions {
  readonly threads: number;
  readonly startThread: () => DecodeThread;
  readonly after: RunAfter;
  /** In milliseconds. */
  readonly now: () => number;
}

/** The places of all threads. */
export interface DecodeSlots {
  /** Number of free threads. */
  readonly free: () => number;
  /**
   * Whether there is a free thread for a caller. The last one is kept for callers whose images take little: otherwise these would wait for the end of
   * large ones. Of a caller that is not known, one image at a time may have it.
   */
  readonly isFreeFor: (caller: string) => boolean;
  /** Decodes one image in a free thread. Resolves with how many milliseconds it took, too. Never rejects. */
  readonly decode: (job: DecodeJob, caller: string) => Promise<Decoded & { readonly tookMs: number }>;
  readonly stop: () => Promise<void>;
}

/** Starts the threads. */
export function createDecodeSlots({ threads, startThread, after, now }: DecodeSlotsOptions): DecodeSlots {
  const slots = Array.from({ length: threads }, () => createDecodeSlot(startThread, after));
  const idle = [...slots];
  const callers: string[] = [];
  const speeds = createDecodeSpeeds(now);
  const mayTakeLast = (caller: string): boolean => {
    const speed = speeds.of(caller);
    return speed === undefined ? !callers.includes(caller) : speed === "quick";
  };
  return {
    free: () => idle.length,
    isFreeFor: (caller) => idle.length > 1 || (idle.length === 1 && (threads === 1 || mayTakeLast(caller))),
    decode: async (job, caller) => {
      const slot = idle.pop();
      if (slot === undefined) throw new TypeError("No thread is free.");
      callers.push(caller);
      const begunMs = now();
      const result = await slot.decode(job);
      const tookMs = Math.max(1, now() - begunMs);
      callers.splice(callers.indexOf(caller), 1);
      speeds.record(caller, tookMs);
      idle.push(slot);
      return { ...result, tookMs };
    },
    stop: async () => void (await Promise.all(slots.map((slot) => slot.stop()))),
  };
}

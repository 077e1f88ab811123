import { Problem } from "../contract/problems.ts";
import type { Backend, GenerateRequest } from "../inference/backend.ts";

/** Limits of the image budget. */
export interface ImageBudgetOptions {
  /** Returns the maximum bytes of all images in progress and the messages that contain them; a single request may exceed it. */
  readonly maxBytes: () => number;
  /** Milliseconds after which a reservation expires even if it was not released: workerd drops a request whose caller has disconnected. */
  readonly leaseMs: number;
  readonly now: () => number;
}

/** Bytes that a request in progress has reserved. */
interface Reservation {
  readonly bytes: number;
  readonly reservedMs: number;
}

/** The message is a second copy of the image. A streamed request has it as base64 and again in its JSON body: 3 2/3 times the image in total. */
function bytesOf({ image, stream }: GenerateRequest): number {
  return image.bytes.length * (stream === true ? 4 : 2);
}

/**
 * Limits the memory that requests to a remote backend hold: each holds its image until it is answered. Throws
 * `overloaded` if a request would exceed the budget together with the requests in progress.
 */
export function withImageBudget(backend: Backend, { maxBytes, leaseMs, now }: ImageBudgetOptions): Backend {
  const reservations = new Set<Reservation>();
  // Math.abs: a clock that was set back does not prolong reservations of dropped requests.
  const hasExpired = ({ reservedMs }: Reservation): boolean => Math.abs(now() - reservedMs) >= leaseMs;
  const reserve = (bytes: number): Reservation => {
    for (const each of reservations) if (hasExpired(each)) reservations.delete(each);
    const total = [...reservations].reduce((sum, each) => sum + each.bytes, bytes);
    if (reservations.size > 0 && total > maxBytes()) {
      throw new Problem("overloaded", `${reservations.size} images of other requests are in memory.`);
    }
    const reservation: Reservation = { bytes, reservedMs: now() };
    reservations.add(reservation);
    return reservation;
  };
  return {
    ...backend,
    generate: async function* (request, signal) {
      const reservation = reserve(bytesOf(request));
      try {
        yield* backend.generate(request, signal);
      } finally {
        reservations.delete(reservation);
      }
    },
  };
}

import { Problem } from "../contract/problems.ts";
import type { Backend, GenerateRequest } from "../inference/backend.ts";
import { exceedsShare, exceedsTotal } from "../scheduling/units.ts";
import { createReservations, type Reservation } from "../scheduling/reservations.ts";
import { workOf } from "./turns.ts";

/** Limits of the image budget. */
export interface ImageBudgetOptions {
  /** Returns the maximum bytes of all images in progress and the messages that contain them; a single request may exceed it. */
  readonly maxBytes: () => number;
  /** Maximum units of work of all requests in progress; a caller may have as many as are free then. Each request holds memory until it is answered. */
  readonly maxUnits: number;
  /** Milliseconds after which a reservation expires even if it was not released: workerd drops a request whose caller has disconnected. */
  readonly leaseMs: number;
  readonly now: () => number;
}

/** The message is a second copy of the image. A streamed request has it as base64 and again in its JSON body: 3 2/3 times the image in total. */
function bytesOf({ image, stream }: GenerateRequest): number {
  return image.bytes.length * (stream === true ? 4 : 2);
}

/**
 * Limits the memory that requests to a remote backend hold: each holds its image, and what else it needs, until it is answered. Throws `overloaded` if
 * a request would exceed a limit together with the requests in progress.
 */
export function withImageBudget(backend: Backend, { maxBytes, maxUnits, leaseMs, now }: ImageBudgetOptions): Backend {
  const limits = () => ({ requests: Infinity, bytes: maxBytes(), units: maxUnits });
  // A batch is one caller's, and sends several images at once.
  const rules = { requests: exceedsTotal, bytes: exceedsTotal, units: exceedsShare };
  const reservations = createReservations(limits, now, rules);
  const reserve = (request: GenerateRequest): Reservation => {
    const { caller, units } = workOf(request);
    const reservation = reservations.open({ caller, leaseMs });
    if (reservation?.add({ bytes: bytesOf(request), units }) === true) return reservation;
    reservation?.release();
    throw new Problem("overloaded", `${reservations.size} requests to the backend are in progress.`);
  };
  return {
    ...backend,
    generate: async function* (request, signal) {
      const reservation = reserve(request);
      try {
        yield* backend.generate(request, signal);
      } finally {
        reservation.release();
      }
    },
  };
}

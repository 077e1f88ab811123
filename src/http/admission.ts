import { Problem } from "../contract/problems.ts";
import type { Amounts, Reservation, Reservations } from "../scheduling/reservations.ts";
import { BODY_TIMEOUT_MS } from "./body.ts";

/**
 * Milliseconds after which the place of a request is given to others although it has not ended: more than a request takes with its deadline
 * (`answering/deadline.ts`). It is only needed for requests that the platform dropped.
 */
export const PLACE_LEASE_MS = 150_000;

/** The place of one request: it holds memory and work until nothing of the request runs any more. */
export interface Place {
  /** Counts bytes of its body that have arrived. Throws `overloaded` if there is no room for them. */
  readonly addBytes: (bytes: number) => void;
  /** Counts the work that it asks for, when its body is there. Throws `overloaded` if there is no room for it. */
  readonly addUnits: (units: number) => void;
  /** Runs a part of the request that may last longer than the response is waited for. */
  readonly during: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Admits requests: calls `work` with a place, which ends with it. `signal` is aborted when the caller disconnects. */
export type Admit = <Result>(
  caller: string,
  signal: AbortSignal,
  work: (place: Place) => Promise<Result>,
) => Promise<Result>;

function placeOf(reservation: Reservation): Place {
  let running = 0;
  const add = (more: Partial<Amounts>): void => {
    if (!reservation.add(more)) throw new Problem("overloaded", "The server is busy with other requests.");
  };
  return {
    addBytes: (bytes) => add({ bytes }),
    addUnits: (units) => {
      add({ units });
      reservation.renew(PLACE_LEASE_MS);
    },
    during: async (work) => {
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        if (running === 0) reservation.release();
      }
    },
  };
}

/** Admits requests while `reservations` have room. A caller that disconnects gives its place back at once. */
export function createAdmit(reservations: Reservations): Admit {
  return async (caller, signal, work) => {
    const reservation = reservations.open(caller, BODY_TIMEOUT_MS);
    signal.addEventListener("abort", () => reservation.release(), { once: true });
    const place = placeOf(reservation);
    return place.during(() => work(place));
  };
}

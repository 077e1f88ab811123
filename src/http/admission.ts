import { Problem } from "../contract/problems.ts";
import type { Amounts, Reservation, Reservations } from "../scheduling/reservations.ts";
import { BODY_TIMEOUT_MS, type BodyCount } from "./body.ts";

/**
 * Milliseconds after which the place of a request is given to others although it has not ended: more than a request takes with its deadline
 * (`answering/deadline.ts`). It is only needed for requests that the platform dropped.
 */
export const PLACE_LEASE_MS = 150_000;

/** Bytes or units from which on a place is given back when its caller disconnects: to listen for that costs a tenth of a cached answer. */
const LARGE: Pick<Amounts, "bytes" | "units"> = { bytes: 64 * 1024, units: 64 };

/** The place of one request: it holds memory and work until nothing of the request runs any more. */
export interface Place {
  /**
   * Counts the bytes of its body: `addBytes` throws `overloaded` if there is no room for them, and `revoked` is aborted with it when the place is given to a
   * caller with less while the body arrives.
   */
  readonly count: BodyCount;
  /** Its body is there: counts the work that it asks for. Throws `overloaded` if there is no room for it. */
  readonly begin: (units: number) => void;
  /** It is still needed: it counts for `PLACE_LEASE_MS` more, and is not given to a caller with less. */
  readonly stay: () => void;
  /** Its body still arrives: it counts for `BODY_TIMEOUT_MS` more, and may be given to a caller with less. */
  readonly renew: () => void;
  /** Runs a part of the request that may last longer than the response is waited for. */
  readonly during: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Who asks for a place. */
export interface Admittee {
  readonly caller: string;
  /** Calls something when the caller disconnects, and nothing is to be done any more. */
  readonly whenLeft: (run: () => void) => void;
}

/** Calls something when a signal is aborted. */
export function whenAborted(signal: AbortSignal): Admittee["whenLeft"] {
  return (run) => signal.addEventListener("abort", run, { once: true });
}

/** Admits requests: calls `work` with a place, which ends with it. */
export type Admit = <Result>(admittee: Admittee, work: (place: Place) => Promise<Result>) => Promise<Result>;

function overloaded(): Problem {
  return new Problem("overloaded", "The server is busy with other requests.");
}

/** Adds to a reservation, and gives it back when the caller disconnects, once it is large. */
function createAdd(reservation: Reservation, { whenLeft }: Admittee): (more: Partial<Amounts>) => void {
  const held = { bytes: 0, units: 0 };
  let isListening = false;
  return (more) => {
    if (!reservation.add(more)) throw overloaded();
    held.bytes += more.bytes ?? 0;
    held.units += more.units ?? 0;
    if (isListening || (held.bytes < LARGE.bytes && held.units < LARGE.units)) return;
    isListening = true;
    whenLeft(() => reservation.release());
  };
}

function placeOf(reservation: Reservation, admittee: Admittee, revocation: () => AbortController): Place {
  const add = createAdd(reservation, admittee);
  let running = 0;
  const stay = (): void => reservation.keep(PLACE_LEASE_MS);
  return {
    count: { addBytes: (bytes) => add({ bytes }), revoked: () => revocation().signal },
    begin: (units) => {
      add({ units });
      stay();
    },
    stay,
    renew: () => reservation.renew(BODY_TIMEOUT_MS),
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

/** Admits requests while `reservations` have room. */
export function createAdmit(reservations: Reservations): Admit {
  return async (admittee, work) => {
    let controller: AbortController | undefined;
    const revocation = (): AbortController => (controller ??= new AbortController());
    const onRevoked = (): void => revocation().abort(overloaded());
    const reservation = reservations.open({ caller: admittee.caller, leaseMs: BODY_TIMEOUT_MS, onRevoked });
    if (reservation === undefined) throw overloaded();
    const place = placeOf(reservation, admittee, revocation);
    return place.during(() => work(place));
  };
}

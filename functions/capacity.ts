import { MAX_BODY_BYTES } from "../src/http/body.ts";
import { MAX_QUEUED_UNITS } from "../src/placements/model-places.ts";
import { type Amounts, createReservations, type Reservations } from "../src/scheduling/reservations.ts";
import type { Variables } from "./variables.ts";

type Placement = Variables["PLACEMENT"];

const MEBIBYTE = 1024 * 1024;

/**
 * Maximum units of work of all requests in progress with a backend, as many as one backend has room for by default (`--max-units`): 64 callers who left
 * at once, again and again, filled an isolate's heap with requests that waited for their deadlines.
 */
export const MAX_REMOTE_UNITS = 4096;

/** Requests in progress in an isolate: an open one takes local workerd 0.2 MB, before anything of it has arrived. */
const MAX_REQUESTS = 512;

/**
 * What all requests in progress in an isolate may hold: the bytes of their bodies, as they arrive, and their units of work. A body in JSON becomes a
 * text and an image, and so takes up to three times its bytes. Half of the largest body more than one, so that who sends it slowly does not keep the
 * others out; with a backend, where the model takes no memory, twice as much as one. Twice the units that the model's queue has room for: equal requests
 * wait for one of them, and cached ones for nothing.
 */
const capacities: Readonly<Record<Placement, Amounts>> = {
  embedded: { requests: MAX_REQUESTS, bytes: MAX_BODY_BYTES + 8 * MEBIBYTE, units: 2 * MAX_QUEUED_UNITS },
  split: { requests: MAX_REQUESTS, bytes: MAX_BODY_BYTES + 8 * MEBIBYTE, units: 2 * MAX_QUEUED_UNITS },
  remote: { requests: MAX_REQUESTS, bytes: 2 * MAX_BODY_BYTES, units: 2 * MAX_REMOTE_UNITS },
};

/** The reservations of the requests to an isolate. */
export function requestReservations(placement: Placement): Reservations {
  return createReservations(() => capacities[placement], Date.now);
}

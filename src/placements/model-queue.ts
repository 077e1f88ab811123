import { Problem } from "../contract/problems.ts";
import type { Claim } from "../scheduling/fair-queue.ts";
import { createModelPlaces, type ModelPlaces, type Place } from "./model-places.ts";

/** Polling interval of the waiter whose turn is next, in milliseconds: small compared with the tens of milliseconds that an answer takes. */
const POLL_MS = 4;

/** Polling interval of the others: a poll takes about 18 µs of processor time, and there may be `MAX_WAITING` of them. */
const FAR_POLL_MS = 20;

/** Clock and limits of the queue. */
export interface ModelQueueOptions {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Maximum bytes of the images of all running and waiting requests; a single request may exceed it. */
  readonly imageBudgetBytes: number;
}

/** A request for the model. */
export interface ModelClaim extends Claim {
  /** Memory that the request holds while it waits and runs. */
  readonly bytes: number;
  /** Called at each poll; throws to cancel. */
  readonly check: () => void;
}

/** Exclusive use of the model. */
export interface Lease {
  /** Renews the lease for `LEASE_MS`. */
  readonly renew: () => void;
  /**
   * Lets whoever was served less go first: resolves at once if nobody was, else when it is this request's turn again. The request must not use the
   * model's memory across this call. Throws what `check` throws, and then the lease has ended.
   */
  readonly giveWay: () => Promise<void>;
  /** Passes the model to the next waiter; a second call does nothing. */
  readonly release: () => void;
}

/** A queue for exclusive use of the model, in turns between callers. */
export interface ModelQueue {
  /** Waits for the lease. Throws `overloaded`, at once or later, for the newest request of the caller with the most work, and what `check` throws. */
  acquire(claim: ModelClaim): Promise<Lease>;
}

/** A request's place, and what has become of it. */
interface Request {
  readonly place: Place;
  readonly check: () => void;
  hasBegun: boolean;
  isRefused: boolean;
}

function requestOf({ check, ...claim }: ModelClaim): Request {
  const request: Request = {
    check,
    hasBegun: false,
    isRefused: false,
    place: { ...claim, hasBegun: () => request.hasBegun, onRefused: () => void (request.isRefused = true) },
  };
  return request;
}

async function waitForTurn(request: Request, places: ModelPlaces, sleep: ModelQueueOptions["sleep"]): Promise<void> {
  const { place, check } = request;
  const refuse = (): void => {
    if (request.isRefused) throw new Problem("overloaded", `${places.size()} requests are running or waiting.`);
  };
  refuse();
  while (!places.isFree() || !places.isNext(place)) {
    await sleep(places.isNext(place) ? POLL_MS : FAR_POLL_MS);
    check();
    refuse();
    places.beat(place);
  }
  places.begin(place);
  request.hasBegun = true;
}

/**
 * Creates a queue that tolerates dropped requests. workerd drops the request of a disconnected client without running its `finally`, and a
 * promise of one request does not always wake another. So each waiter polls: one that does not while others do loses its place, and so does a
 * holder that does not renew its lease for `LEASE_MS`.
 */
export function createModelQueue({ now, sleep, imageBudgetBytes }: ModelQueueOptions): ModelQueue {
  const places = createModelPlaces(now, imageBudgetBytes);
  const wait = async (request: Request): Promise<void> => {
    try {
      await waitForTurn(request, places, sleep);
    } catch (thrown) {
      places.leave(request.place);
      throw thrown;
    }
  };
  return {
    acquire: async (claim) => {
      const request = requestOf(claim);
      const { place } = request;
      places.enter(place);
      await wait(request);
      return {
        renew: () => places.renew(place),
        giveWay: async () => {
          places.endAndWait(place);
          await wait(request);
        },
        release: () => places.end(place),
      };
    },
  };
}

import { type Claim, createFairQueue, newestOfLargest } from "../scheduling/fair-queue.ts";
import { createHeartbeats } from "../scheduling/heartbeats.ts";
import { unitsOf } from "../scheduling/units.ts";

/** Milliseconds without renewal after which the holder's lease ends: far longer than a single graph run, or a pause while the model is loaded. */
export const LEASE_MS = 30_000;

/** Maximum number of waiting requests. */
export const MAX_WAITING = 64;

/**
 * Maximum units of work of all running and waiting requests: four of the largest (`MAX_REQUEST_UNITS`). At 15 to 30 ms for a unit, that is
 * about as long as a client waits.
 */
export const MAX_QUEUED_UNITS = 2048;

/** A request that waits for the model or holds it. */
export interface Place extends Claim {
  /** Memory that the request holds. */
  readonly bytes: number;
  /** Whether it has held the model: its work would be lost, so that it is not refused any more. */
  readonly hasBegun: () => boolean;
  /** Called when it has lost its place to somebody who asked for less. */
  readonly onRefused: () => void;
}

interface Holder {
  readonly place: Place;
  readonly sinceMs: number;
  renewedMs: number;
}

/** Who holds the model, and who waits for it. Nothing here waits: requests ask again and again whether it is their turn. */
export interface ModelPlaces {
  /** Number of requests that hold the model or wait. */
  size(): number;
  /** Adds a new request at the end. Refuses the newest of the caller with the most work, maybe this one, for as long as there is no room. */
  enter(place: Place): void;
  /** Whether the request is still known, and is the next to hold the model. */
  isNext(place: Place): boolean;
  isFree(): boolean;
  /** A waiting request is alive. */
  beat(place: Place): void;
  leave(place: Place): void;
  begin(place: Place): void;
  renew(place: Place): void;
  /** Ends a request's turn, if it holds the model, and charges its caller for the time. */
  end(place: Place): void;
  /** Ends a turn after which the request waits for another. */
  endAndWait(place: Place): void;
}

function isOverLimit(places: readonly Place[], maxBytes: number): boolean {
  if (places.length <= 1) return false;
  const held = places.reduce((sum, { bytes }) => sum + bytes, 0);
  return places.length > 1 + MAX_WAITING || unitsOf(places) > MAX_QUEUED_UNITS || held > maxBytes;
}

/** Returns the places to refuse, so that the others are within the limits: never one that has begun. */
function beyondLimit(waiting: readonly Place[], holder: Place | undefined, maxBytes: number): readonly Place[] {
  const refused: Place[] = [];
  for (;;) {
    const left = waiting.filter((place) => !refused.includes(place));
    const next = newestOfLargest(left.filter((place) => !place.hasBegun()));
    if (next === undefined || !isOverLimit([holder ?? [], left].flat(), maxBytes)) return refused;
    refused.push(next);
  }
}

/** Who holds the model now, and since when. `charge` is called with the time of each turn that ends. */
function createTurn(now: () => number, charge: (caller: string, milliseconds: number) => void) {
  let holder: Holder | undefined;
  const end = (place: Place): void => {
    if (holder?.place !== place) return;
    charge(place.caller, Math.max(1, now() - holder.sinceMs));
    holder = undefined;
  };
  return {
    holder: (): Place | undefined => holder?.place,
    begin: (place: Place): void => {
      holder = { place, sinceMs: now(), renewedMs: now() };
    },
    renew: (place: Place): void => {
      if (holder?.place === place) holder.renewedMs = now();
    },
    end,
    endExpired: (): void => {
      if (holder !== undefined && now() - holder.renewedMs > LEASE_MS) end(holder.place);
    },
  };
}

/** The waiting requests, of which those without a heartbeat are dropped. */
function createWaiting(now: () => number) {
  const queue = createFairQueue<Place>();
  const heartbeats = createHeartbeats<Place>(now);
  const remove = (place: Place): void => {
    queue.remove(place);
    heartbeats.remove(place);
  };
  return {
    queue,
    add: (place: Place, isAgain = false): void => {
      if (isAgain) queue.addAgain(place);
      else queue.add(place);
      heartbeats.beat(place);
    },
    beat: (place: Place): void => {
      // A request that was taken for dropped is here after all.
      if (!queue.items.includes(place)) queue.add(place);
      heartbeats.beat(place);
    },
    remove,
    take: (place: Place): void => {
      queue.take(place);
      heartbeats.remove(place);
    },
    dropFailed: (): void => {
      for (const place of heartbeats.failed()) remove(place);
    },
  };
}

/** Creates places that nobody has taken. `maxBytes` limits the memory of all requests together; a single one may exceed it. */
export function createModelPlaces(now: () => number, maxBytes: number): ModelPlaces {
  const { queue, ...waiting } = createWaiting(now);
  const turn = createTurn(now, (caller, milliseconds) => queue.charge(caller, milliseconds));
  const dropFailed = (): void => {
    waiting.dropFailed();
    turn.endExpired();
  };
  return {
    size: () => queue.items.length + (turn.holder() === undefined ? 0 : 1),
    enter: (place) => {
      dropFailed();
      waiting.add(place);
      for (const refused of beyondLimit(queue.items, turn.holder(), maxBytes)) {
        waiting.remove(refused);
        refused.onRefused();
      }
    },
    isNext: (place) => queue.peek() === place,
    isFree: () => turn.holder() === undefined,
    beat: (place) => {
      waiting.beat(place);
      dropFailed();
    },
    leave: (place) => waiting.remove(place),
    begin: (place) => {
      waiting.take(place);
      turn.begin(place);
    },
    renew: (place) => turn.renew(place),
    end: (place) => turn.end(place),
    endAndWait: (place) => {
      turn.end(place);
      waiting.add(place, true);
    },
  };
}

import { Problem } from "../contract/problems.ts";

/** How often those who wait look whether it is their turn, in milliseconds: little beside the tens that an answer takes. */
const POLL_MS = 4;

/** How long one may be silent before the others go past, in milliseconds: far longer than any single graph runs. */
export const LEASE_MS = 30_000;

/** Requests that may wait: at some 0.2 s an answer, the last of them waits as long as a client has patience. */
export const MAX_WAITING = 64;

/** What the turnstile needs of the world. */
export interface TurnstileOptions {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** What the images of all requests inside and waiting may take; one alone may take more. */
  readonly maxHeldBytes: number;
}

/** The right to run the model. */
export interface Turn {
  /** Says that its holder lives. */
  readonly renew: () => void;
  /** Gives the right to the next; a second call does nothing. */
  readonly leave: () => void;
}

/** Lets requests to the model one at a time, in the order they came. */
export interface Turnstile {
  /** `bytes` is what the request holds while it waits; `check` is called at each look and throws to give up. Throws `overloaded`. */
  enter(bytes: number, check: () => void): Promise<Turn>;
}

interface Ticket {
  readonly bytes: number;
  seenMs: number;
}

/**
 * A queue that outlives its members. workerd drops a request whose client has left without running its `finally`, and a
 * promise of one request does not always wake another: so those who wait look for themselves, each renewing its own
 * ticket, and whoever has been silent for `LEASE_MS` is passed over.
 */
export function createTurnstile({ now, sleep, maxHeldBytes }: TurnstileOptions): Turnstile {
  const queue: Ticket[] = [];
  const remove = (ticket: Ticket): void => {
    const at = queue.indexOf(ticket);
    if (at !== -1) queue.splice(at, 1);
  };
  const passSilent = (): void => {
    for (const ticket of queue.filter(({ seenMs }) => now() - seenMs > LEASE_MS)) remove(ticket);
  };
  return {
    enter: async (bytes, check) => {
      // Also here: where all who come are refused, nobody waits who would.
      passSilent();
      const heldBytes = queue.reduce((sum, ticket) => sum + ticket.bytes, bytes);
      if (queue.length > MAX_WAITING || (queue.length > 0 && heldBytes > maxHeldBytes)) {
        throw new Problem("overloaded", `${queue.length} requests are before this one.`);
      }
      const ticket: Ticket = { bytes, seenMs: now() };
      queue.push(ticket);
      try {
        while (queue[0] !== ticket) {
          await sleep(POLL_MS);
          check();
          ticket.seenMs = now();
          passSilent();
          if (!queue.includes(ticket)) queue.push(ticket);
        }
      } catch (thrown) {
        remove(ticket);
        throw thrown;
      }
      return { renew: () => void (ticket.seenMs = now()), leave: () => remove(ticket) };
    },
  };
}

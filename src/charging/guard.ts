import { createByteLru } from "../cache/byte-lru.ts";
import { Problem } from "../contract/problems.ts";

/** A rate limit of the platform: it counts, for each place on its own, and says at which of its calls there were too many. */
export interface PlatformRate {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

/** How long an address that tries keys is refused, in milliseconds: the platform's own shortest period. */
export const BLOCKED_MS = 10_000;

/** Maximum number of addresses that an isolate remembers. */
const MAX_BLOCKED = 10_000;

/** Options of `createGuard`. */
export interface GuardOptions {
  /** Counts the requests of each key; left out if the deployment has none. */
  readonly requests: PlatformRate | undefined;
  /** Counts, for each address, the keys that no account knows. */
  readonly unknownKeys: PlatformRate | undefined;
  readonly now: () => number;
}

/** Stands before all accounts: against floods and against guessing of keys. What it counts is not exact, and decides nothing about money. */
export interface Guard {
  /** Throws `rate-limited` for an address that has tried keys, unless its key is known. */
  checkAddress(address: string): void;
  /** Counts a request of a key. Throws `rate-limited`. */
  countRequest(keyHash: string): Promise<void>;
  /** Counts a key that no account knows. Throws `rate-limited` from the one on that was too many. */
  countUnknownKey(address: string): Promise<void>;
}

/** A limit that fails must not refuse anybody. */
async function isAllowed(rate: PlatformRate | undefined, key: string): Promise<boolean> {
  if (rate === undefined) return true;
  return rate.limit({ key }).then(
    ({ success }) => success,
    () => true,
  );
}

function tooMany(detail: string): Problem {
  return new Problem("rate-limited", detail, { retryAfterSeconds: BLOCKED_MS / 1000 });
}

function guessing(): Problem {
  return tooMany("Too many keys that this service does not know came from this address.");
}

/** Creates the guard of an isolate. */
export function createGuard({ requests, unknownKeys, now }: GuardOptions): Guard {
  const blocked = createByteLru<number>({ maxBytes: MAX_BLOCKED, bytesOf: () => 1 });
  return {
    checkAddress: (address) => {
      const sinceMs = blocked.get(address);
      if (sinceMs !== undefined && Math.abs(now() - sinceMs) < BLOCKED_MS) throw guessing();
    },
    countRequest: async (keyHash) => {
      if (!(await isAllowed(requests, keyHash))) throw tooMany("Too many requests came with this key.");
    },
    countUnknownKey: async (address) => {
      if (address === "" || (await isAllowed(unknownKeys, address))) return;
      blocked.set(address, now());
      throw guessing();
    },
  };
}

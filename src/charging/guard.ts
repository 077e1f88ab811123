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

/**
 * How many keys that no account knows an isolate asks about for one address in `UNKNOWN_PERIOD_MS`, where the platform counts nothing. Each may wake an object, and in
 * workerd on one's own machine each leaves a file. A key that is being asked about counts until it is confirmed, so that many at once are no way around it:
 * a gateway that has just begun to send its customers' keys may have so many.
 */
export const MAX_UNKNOWN_KEYS = 50;

/** Time in which unknown keys are counted, in milliseconds: the platform's longest period. */
export const UNKNOWN_PERIOD_MS = 60_000;

/** Maximum number of addresses for which an isolate counts unknown keys: about 5 kB each at most. */
const MAX_COUNTED = 1000;

/** Maximum number of keys that an isolate remembers as confirmed. */
const MAX_CONFIRMED = 10_000;

/** Options of `createGuard`. */
export interface GuardOptions {
  /** Counts the requests of each key; left out if the deployment has none. */
  readonly requests: PlatformRate | undefined;
  /** Counts, for each address, the keys that no account knows. */
  readonly unknownKeys: PlatformRate | undefined;
  readonly now: () => number;
}

/** A key that is spelled like one, and whoever sent it. */
export interface AskedKey {
  readonly keyHash: string;
  /** Empty if the platform names none. */
  readonly address: string;
}

/** A payment that nobody has checked yet, and whoever sent it. */
export interface SentPayment {
  readonly name: string;
  /** Empty if the platform names none. */
  readonly address: string;
}

/** Codes of problems that say that what was tried is none. */
const UNKNOWN_CODES: ReadonlySet<string> = new Set(["key-invalid", "payment-invalid"]);

/** Stands before all accounts: against floods and against guessing of keys. What it counts is not exact, and decides nothing about money. */
export interface Guard {
  /** Counts a request of a key. Throws `rate-limited`. */
  countRequest(keyHash: string): Promise<void>;
  /**
   * Counts a request of a key, and asks its account about it: `ask` throws `key-invalid` if no account knows the key. Throws `rate-limited`, without asking, for an
   * address that has tried keys, unless this one was confirmed before.
   */
  confirm<Known>(key: AskedKey, ask: () => Promise<Known>): Promise<Known>;
  /**
   * Runs what claims a payment, by its name, and has it checked, which wakes an object and asks another server: `claim` throws `payment-invalid` if it is none. Throws
   * `rate-limited`, without claiming it, for an address that has sent such payments or unknown keys.
   */
  tryPayment<Claimed>(payment: SentPayment, claim: () => Promise<Claimed>): Promise<Claimed>;
}

/** A limit that fails must not refuse anybody. */
async function isAllowed(rate: PlatformRate | undefined, key: string): Promise<boolean> {
  if (rate === undefined) return true;
  return rate.limit({ key }).then(
    ({ success }) => success,
    () => true,
  );
}

function tooMany(detail: string, milliseconds: number): Problem {
  return new Problem("rate-limited", detail, { retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)) });
}

function guessing(milliseconds: number): Problem {
  return tooMany(
    "Too many keys that this service does not know, or payments that are not valid, came from this address.",
    milliseconds,
  );
}

/** The keys of one address that are unknown, or are being asked about, since a moment. */
interface Tried {
  readonly sinceMs: number;
  readonly hashes: Set<string>;
}

/** Counts the unknown keys of each address in this isolate. */
function createUnknownKeys(now: () => number) {
  const all = createByteLru<Tried>({ maxBytes: MAX_COUNTED, bytesOf: () => 1 });
  return {
    /** Counts a key as unknown, until `forget`. Throws `rate-limited` for one more than there may be. */
    count: ({ address, keyHash }: AskedKey): void => {
      const known = all.get(address);
      const passedMs = known === undefined ? Infinity : Math.abs(now() - known.sinceMs);
      const tried =
        known === undefined || passedMs >= UNKNOWN_PERIOD_MS ? { sinceMs: now(), hashes: new Set<string>() } : known;
      // One wrong key that is sent again and again wakes one object.
      if (tried.hashes.size >= MAX_UNKNOWN_KEYS && !tried.hashes.has(keyHash)) {
        throw guessing(UNKNOWN_PERIOD_MS - passedMs);
      }
      tried.hashes.add(keyHash);
      all.set(address, tried);
    },
    forget: ({ address, keyHash }: AskedKey): void => void all.get(address)?.hashes.delete(keyHash),
  };
}

/** Creates what tries something that an address has sent: it counts while it is tried, and for longer if it is none. */
function createTryOut({ unknownKeys, now }: GuardOptions) {
  const blocked = createByteLru<number>({ maxBytes: MAX_BLOCKED, bytesOf: () => 1 });
  const tried = createUnknownKeys(now);
  const checkAddress = (key: AskedKey): void => {
    const sinceMs = blocked.get(key.address);
    if (sinceMs !== undefined && Math.abs(now() - sinceMs) < BLOCKED_MS) throw guessing(BLOCKED_MS);
    tried.count(key);
  };
  const blockTrying = async (address: string): Promise<void> => {
    if (await isAllowed(unknownKeys, address)) return;
    blocked.set(address, now());
    throw guessing(BLOCKED_MS);
  };
  return async <Known>(key: AskedKey, attempt: () => Promise<Known>): Promise<Known> => {
    checkAddress(key);
    let isUnknown = false;
    try {
      return await attempt();
    } catch (thrown) {
      isUnknown = thrown instanceof Problem && UNKNOWN_CODES.has(thrown.code);
      if (isUnknown) await blockTrying(key.address);
      throw thrown;
    } finally {
      if (!isUnknown) tried.forget(key);
    }
  };
}

/** Creates the guard of an isolate. */
export function createGuard(options: GuardOptions): Guard {
  const confirmed = createByteLru<true>({ maxBytes: MAX_CONFIRMED, bytesOf: () => 1 });
  const tryOut = createTryOut(options);
  const countRequest: Guard["countRequest"] = async (keyHash) => {
    if (await isAllowed(options.requests, keyHash)) return;
    throw tooMany("Too many requests came with this key.", BLOCKED_MS);
  };
  return {
    countRequest,
    confirm: async (key, ask) => {
      const attempt = async () => {
        await countRequest(key.keyHash);
        const known = await ask();
        confirmed.set(key.keyHash, true);
        return known;
      };
      // Without addresses, one who guesses would keep all others out.
      const isChecked = key.address !== "" && confirmed.get(key.keyHash) === undefined;
      return isChecked ? tryOut(key, attempt) : attempt();
    },
    tryPayment: ({ name, address }, claim) => (address === "" ? claim() : tryOut({ keyHash: name, address }, claim)),
  };
}

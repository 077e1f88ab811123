import type { AccountLedger } from "../accounts/ledger-port.ts";
import { Problem } from "../contract/problems.ts";

/** Maximum number of calls of one verb: the first, and two after an object was moved or restarted. */
export const MAX_CALLS = 3;

/** How long a verb is waited for, with all its calls, in milliseconds: a thousand times what it takes. */
export const LEDGER_TIMEOUT_MS = 10_000;

/** The wait before the second call, in milliseconds; it doubles, and half of it is random. */
const FIRST_BACKOFF_MS = 50;

/** How an account is called. */
export interface ReliableLedgerOptions {
  /** Makes a stub of the account. One that threw is broken, so each call has its own. */
  readonly connect: () => AccountLedger;
  /** Rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** In 0..1. */
  readonly random: () => number;
}

/** Whether an object says that the same call may be made again: it is not overloaded, which more calls would make worse. */
function mayRepeat(thrown: unknown): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  return "retryable" in thrown && thrown.retryable === true && !("overloaded" in thrown && thrown.overloaded === true);
}

/**
 * An account's ledger that calls again what may be called again, and waits for `LEDGER_TIMEOUT_MS` at most. Rejects with `ledger-unavailable`: what has
 * happened is then not known, and must not be told as if it were.
 */
export function createReliableLedger({ connect, sleep, random }: ReliableLedgerOptions): AccountLedger {
  const attempt = async <Reply>(
    call: (ledger: AccountLedger) => Promise<Reply>,
    signal: AbortSignal,
  ): Promise<Reply> => {
    for (let calls = 1; ; calls += 1) {
      try {
        return await call(connect());
      } catch (thrown) {
        if (calls >= MAX_CALLS || signal.aborted || !mayRepeat(thrown)) throw thrown;
        await sleep(FIRST_BACKOFF_MS * 2 ** (calls - 1) * (0.5 + random() / 2), signal);
      }
    }
  };
  const ask = async <Reply>(call: (ledger: AccountLedger) => Promise<Reply>): Promise<Reply> => {
    const over = new AbortController();
    const timeout = async (): Promise<never> => {
      await sleep(LEDGER_TIMEOUT_MS, over.signal);
      throw new Error(`The account has not replied within ${LEDGER_TIMEOUT_MS} ms.`);
    };
    try {
      return await Promise.race([attempt(call, over.signal), timeout()]);
    } catch (cause) {
      throw new Problem("ledger-unavailable", "The account of the key did not reply.", { cause });
    } finally {
      over.abort();
    }
  };
  return {
    hold: (request) => ask((ledger) => ledger.hold(request)),
    settle: (request) => ask((ledger) => ledger.settle(request)),
    release: (request) => ask((ledger) => ledger.release(request)),
    refund: (ids) => ask((ledger) => ledger.refund(ids)),
    status: (keyHash) => ask((ledger) => ledger.status(keyHash)),
  };
}

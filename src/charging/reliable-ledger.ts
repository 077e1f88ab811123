import type { AccountBilling } from "../accounts/billing-port.ts";
import type { AccountAdmin } from "../accounts/ledger-admin.ts";
import type { AccountLedger } from "../accounts/ledger-port.ts";
import { Problem } from "../contract/problems.ts";

/** Maximum number of calls of one verb: the first, and two after an object was moved or restarted. */
export const MAX_CALLS = 3;

/** How long a verb is waited for, with all its calls, in milliseconds: a thousand times what it takes. */
export const LEDGER_TIMEOUT_MS = 10_000;

/** The wait before the second call, in milliseconds; it doubles, and half of it is random. */
const FIRST_BACKOFF_MS = 50;

/** How an account is called. */
export interface ReliableLedgerOptions<Stub = AccountLedger> {
  /** Makes a stub of the object. One that threw is broken, so each call has its own. */
  readonly connect: () => Stub;
  /** Runs something after a time, and returns what cancels that. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** In 0..1. */
  readonly random: () => number;
  /** Called with why an account could not be reached, which callers are not told. */
  readonly logFailure?: (thrown: unknown) => void;
}

/** Whether an object says that the same call may be made again: it is not overloaded, which more calls would make worse. */
function mayRepeat(thrown: unknown): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  return "retryable" in thrown && thrown.retryable === true && !("overloaded" in thrown && thrown.overloaded === true);
}

/** Calls an object. Rejects with `ledger-unavailable`: what has happened is then not known, and must not be told as if it were. */
type Ask<Stub> = <Reply>(call: (stub: Stub) => Promise<Reply>) => Promise<Reply>;

/** Returns what calls an object: it calls again what may be called again, and waits for `LEDGER_TIMEOUT_MS` at most. */
export function createAsk<Stub>({ connect, after, random, logFailure }: ReliableLedgerOptions<Stub>): Ask<Stub> {
  const attempt = async <Reply>(call: (stub: Stub) => Promise<Reply>, isOver: () => boolean): Promise<Reply> => {
    for (let calls = 1; ; calls += 1) {
      try {
        return await call(connect());
      } catch (thrown) {
        if (calls >= MAX_CALLS || !mayRepeat(thrown)) throw thrown;
        const backoffMs = FIRST_BACKOFF_MS * 2 ** (calls - 1) * (0.5 + random() / 2);
        await new Promise<void>((resolve) => after(backoffMs, resolve));
        if (isOver()) throw thrown;
      }
    }
  };
  return async (call) => {
    let isOver = false;
    const timeout = Promise.withResolvers<never>();
    // A timer and what cancels it: an AbortSignal for each call costs ten times as much.
    const cancel = after(LEDGER_TIMEOUT_MS, () => {
      isOver = true;
      timeout.reject(new Error(`The account has not replied within ${LEDGER_TIMEOUT_MS} ms.`));
    });
    try {
      return await Promise.race([attempt(call, () => isOver), timeout.promise]);
    } catch (cause) {
      logFailure?.(cause);
      throw new Problem("ledger-unavailable", "The account of the key did not reply.", { cause });
    } finally {
      cancel();
    }
  };
}

/** The verbs of a ledger, each through `ask`. Each may be repeated, as the port says. */
function ledgerVerbs(ask: Ask<AccountLedger>): AccountLedger {
  return {
    hold: (request) => ask((ledger) => ledger.hold(request)),
    settle: (request) => ask((ledger) => ledger.settle(request)),
    release: (request) => ask((ledger) => ledger.release(request)),
    refund: (ids) => ask((ledger) => ledger.refund(ids)),
    status: (keyHash) => ask((ledger) => ledger.status(keyHash)),
  };
}

function adminVerbs(ask: Ask<AccountAdmin>): AccountAdmin {
  return {
    create: (account) => ask((admin) => admin.create(account)),
    describe: () => ask((admin) => admin.describe()),
    update: (changes) => ask((admin) => admin.update(changes)),
    credit: (credit) => ask((admin) => admin.credit(credit)),
    giveBack: (request) => ask((admin) => admin.giveBack(request)),
    createKey: (key) => ask((admin) => admin.createKey(key)),
    keys: () => ask((admin) => admin.keys()),
    rotateKey: (rotation) => ask((admin) => admin.rotateKey(rotation)),
    changeKey: (change) => ask((admin) => admin.changeKey(change)),
    revokeKey: (keyId) => ask((admin) => admin.revokeKey(keyId)),
    usage: (query) => ask((admin) => admin.usage(query)),
    entries: (query) => ask((admin) => admin.entries(query)),
    audit: () => ask((admin) => admin.audit()),
  };
}

/** The same of how an account pays. */
export function createReliableBilling(options: ReliableLedgerOptions<AccountBilling>): AccountBilling {
  const ask = createAsk(options);
  return {
    billing: () => ask((account) => account.billing()),
    setBilling: (changes) => ask((account) => account.setBilling(changes)),
  };
}

/** An account's ledger that calls again what may be called again. Rejects with `ledger-unavailable`. */
export function createReliableLedger(options: ReliableLedgerOptions): AccountLedger {
  return ledgerVerbs(createAsk(options));
}

/** The same of all that can be done with an account. */
export function createReliableAccount(
  options: ReliableLedgerOptions<AccountLedger & AccountAdmin>,
): AccountLedger & AccountAdmin {
  const ask = createAsk(options);
  return { ...ledgerVerbs(ask), ...adminVerbs(ask) };
}

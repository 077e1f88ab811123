import * as fc from "fast-check";
import type { NewKey } from "../../src/accounts/ledger-admin.ts";
import type { Charge } from "../../src/accounts/ledger-port.ts";
import type { callerVerbs } from "../../src/accounts/ledger/caller-verbs.ts";
import type { operatorVerbs } from "../../src/accounts/ledger/operator-verbs.ts";
import type { LedgerModel } from "./ledger-model.ts";

/** The ledger under test: its verbs, and what happens to it from outside. */
export interface LedgerSystem {
  readonly verbs: ReturnType<typeof callerVerbs> & ReturnType<typeof operatorVerbs>;
  alarm(): void;
  /** Ends the process: what is not stored is gone. */
  crash(): void;
  /** Runs a verb whose first write fails after it was begun. */
  readonly withFailingWrite: (work: () => unknown) => void;
}

/** One step: what the system does and what the model says it does, which must be equal. */
export interface LedgerCommand {
  readonly name: string;
  run(system: LedgerSystem): string;
  expect(model: LedgerModel): string;
}

const HOUR = 3_600_000;
const ids = ["a", "b", "c", "d", "e"] as const;
const someIds = fc.subarray([...ids], { minLength: 1 });
const request = fc.constantFrom("r1", "r2", "r3", "r4");
const keyName = fc.constantFrom("k1", "k1", "k1", "k2", "k2", "k2", "k3", "k3", "nobody");

/** Amounts differ between requests for one id, as if the price had changed. */
const charges = fc
  .tuple(someIds, fc.constantFrom(0, 1, 2, 3))
  .map(([some, amount]): readonly Charge[] => some.map((id) => ({ id, amount, task: id < "c" ? "caption" : "ocr" })));

const amountsOf = (list: readonly Charge[]): ReadonlyMap<string, number> =>
  new Map(list.map(({ id, amount }) => [id, amount]));

const outcome = (reply: { readonly type: string; readonly code?: string }): string => reply.code ?? reply.type;

const hashOf = (name: string): string => `hash of ${name}`;

/** The key of a name, as it is made. */
export const newKey = (name: string): NewKey => ({ id: name, hash: hashOf(name), last4: name.padStart(4, "0") });

const hold = fc
  .tuple(keyName, request, charges, fc.constantFrom(60_000, 120_000), fc.integer({ min: 0, max: 9 }))
  .map(([key, requestId, list, holdMs, fault]): LedgerCommand => ({
    name: `hold ${key} ${requestId} ${JSON.stringify([...amountsOf(list)])} ${fault === 0 ? "fails" : ""}`,
    run: ({ verbs, withFailingWrite }) => {
      const ask = () =>
        verbs.hold({
          keyHash: hashOf(key),
          scope: "infer",
          requestId,
          charges: list,
          priceRevision: "1",
          holdMs,
        });
      if (fault !== 0) return outcome(ask());
      // Nothing of it remains, whatever the request would have got.
      withFailingWrite(ask);
      return "";
    },
    expect: (model) => {
      if (fault === 0) return "";
      model.wake();
      return model.hold(key, requestId, amountsOf(list), holdMs);
    },
  }));

const settle = fc
  .tuple(keyName, request, charges, fc.subarray([...ids]))
  .map(([key, requestId, list, releases]): LedgerCommand => ({
    name: `settle ${key} ${requestId} ${JSON.stringify([...amountsOf(list)])} releases ${releases.join()}`,
    run: ({ verbs }) => outcome(verbs.settle({ keyId: key, requestId, charges: list, priceRevision: "1", releases })),
    expect: (model) => {
      model.wake();
      return model.settle(key, requestId, amountsOf(list), releases);
    },
  }));

const release = fc.tuple(request, someIds).map(([requestId, some]): LedgerCommand => ({
  name: `release ${requestId} ${some.join()}`,
  run: ({ verbs }) => (verbs.release({ requestId, ids: some }), "released"),
  expect: (model) => {
    model.wake();
    model.release(requestId, some);
    return "released";
  },
}));

const refund = someIds.map((some): LedgerCommand => ({
  name: `refund ${some.join()}`,
  run: ({ verbs }) => outcome(verbs.refund(some)),
  expect: (model) => {
    model.wake();
    model.refund(some);
    return "refunded";
  },
}));

const credit = fc
  .tuple(fc.constantFrom("g1", "g2", "g3", "g4", "g5"), fc.constantFrom(40, 7, -3))
  .map(([ref, amount]): LedgerCommand => ({
    name: `credit ${ref} ${amount}`,
    run: ({ verbs }) => outcome(verbs.credit({ kind: "adjust", ref, amount })),
    expect: (model) => {
      model.wake();
      return model.credit(ref, amount);
    },
  }));

/** Seconds, deadlines, hours over the borders of a day and a month, days on which paid ids end, months; and back. */
const jumps = [1000, 60_000, 119_999, HOUR, 3 * HOUR, 23 * HOUR, 24 * HOUR, 800 * HOUR] as const;
const clock = fc
  .constantFrom(...jumps, ...jumps, -1000, -HOUR, -3 * HOUR, -24 * HOUR, -900 * HOUR)
  .map((byMs): LedgerCommand => ({
    name: `clock ${byMs}`,
    run: () => "",
    expect: (model) => {
      model.now += byMs;
      return "";
    },
  }));

const alarm = fc.constant<LedgerCommand>({
  name: "alarm",
  run: (system) => (system.alarm(), ""),
  expect: (model) => (model.wake(), ""),
});

const crash = fc.constant<LedgerCommand>({ name: "crash", run: (system) => (system.crash(), ""), expect: () => "" });

const revoke = fc.constant<LedgerCommand>({
  name: "revoke k2",
  run: ({ verbs }) => outcome(verbs.revokeKey("k2")),
  expect: (model) => {
    model.wake();
    const key = model.keys.get("k2");
    if (key !== undefined) key.isRevoked = true;
    return "key";
  },
});

const rotate = fc.constant<LedgerCommand>({
  name: "rotate k1 to k3",
  run: ({ verbs }) => outcome(verbs.rotateKey({ keyId: "k1", successor: newKey("k3"), graceMs: HOUR })),
  expect: (model) => {
    model.wake();
    const key = model.keys.get("k1");
    if (key === undefined || model.keys.has("k3")) return "key";
    model.keys.set("k3", { ...key });
    key.ends = model.now + HOUR;
    return "key";
  },
});

/** A limit that is removed is null for the ledger, and Infinity for the model. */
const limit = (...values: readonly number[]) => fc.constantFrom(...values, null);
const orNone = (value: number | null): number => value ?? Infinity;

const change = fc
  .tuple(keyName, fc.constantFrom(undefined, "k1", "k2"), limit(2, 8), limit(30, 60), limit(1, 3, 100))
  .map(([keyId, byKeyId, day, total, concurrency]): LedgerCommand => ({
    name: `change ${keyId} by ${byKeyId}: ${day} a day, ${total} in total, ${concurrency} at once`,
    run: ({ verbs }) => outcome(verbs.changeKey({ keyId, byKeyId, terms: { caps: { day, total }, concurrency } })),
    expect: (model) => {
      model.wake();
      return model.changeKey(keyId, byKeyId, { day: orNone(day), total: orNone(total) }, orNone(concurrency));
    },
  }));

const status = fc.constantFrom(true, true, false).map((isOpen): LedgerCommand => ({
  name: isOpen ? "reopen" : "close",
  run: ({ verbs }) => outcome(verbs.update({ status: isOpen ? "open" : "closed" })),
  expect: (model) => {
    model.wake();
    model.isOpen = isOpen;
    return "account";
  },
}));

const anyCommand = fc
  .oneof(
    { arbitrary: hold, weight: 20 },
    { arbitrary: settle, weight: 14 },
    { arbitrary: credit, weight: 4 },
    { arbitrary: clock, weight: 5 },
    { arbitrary: refund, weight: 2 },
    { arbitrary: release, weight: 2 },
    { arbitrary: alarm, weight: 1 },
    { arbitrary: crash, weight: 1 },
    { arbitrary: rotate, weight: 1 },
    { arbitrary: status, weight: 1 },
    { arbitrary: revoke, weight: 1 },
    { arbitrary: change, weight: 2 },
  )
  .map((command) => ({ ...command, [fc.toStringMethod]: () => command.name }));

/** Sequences of steps, mostly those of requests. */
export const ledgerCommands: fc.Arbitrary<readonly LedgerCommand[]> = fc.array(anyCommand, {
  maxLength: 60,
  size: "max",
});

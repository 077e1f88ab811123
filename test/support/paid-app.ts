import { formatKey, keyHash, lastFour, newAccountId, newKey } from "../../src/accounts/key-codec.ts";
import type { AccountAdmin, AccountTerms } from "../../src/accounts/ledger-admin.ts";
import type { AccountLedger, KeyTerms } from "../../src/accounts/ledger-port.ts";
import { createDialects } from "../../functions/dialects.ts";
import { createRateCounter } from "../../src/accounts/ledger/rate-counter.ts";
import { createService } from "../../src/answering/answer.ts";
import { createGuard, type GuardOptions } from "../../src/charging/guard.ts";
import { createPayments, type PaymentsOptions } from "../../src/charging/payments.ts";
import { createReliableLedger } from "../../src/charging/reliable-ledger.ts";
import type { Problem } from "../../src/contract/problems.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import { type AppOptions, createApp } from "../../src/http/app.ts";
import { paidAnswers, type PaidAnswersOptions } from "../../src/http/paid-request.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { secureRandom } from "./any-key.ts";
import { fakeBackend } from "./fake-backend.ts";
import { createFakeLedger } from "./fake-ledger.ts";
import { admitAll } from "./fake-service.ts";
import { fakeStore } from "./fake-store.ts";
import { createMemoryTables } from "./memory-tables.ts";
import { nextTask } from "./tiny-backend.ts";

/** A verb that requests for answers use. */
export type Verb = keyof AccountLedger;

/** What happens to a call of an account: it runs `call`, or does not, or loses its reply. */
export type Fault = (verb: Verb, call: () => Promise<unknown>) => Promise<unknown>;

/** What happens while the model works. */
export type Work = (prompts: readonly string[], signal: AbortSignal) => Promise<void>;

const rows = Object.entries(tasks).map(([name, { summary, input, answers }]) => ({ name, summary, input, answers }));

type Run = <Reply>(verb: Verb, call: () => Promise<Reply>) => Promise<Reply>;

/** An account whose verbs are each called through `run`. */
function watched(ledger: AccountLedger, run: Run): AccountLedger {
  return {
    hold: (request) => run("hold", () => ledger.hold(request)),
    settle: (request) => run("settle", () => ledger.settle(request)),
    release: (request) => run("release", () => ledger.release(request)),
    refund: (ids) => run("refund", () => ledger.refund(ids)),
    status: (hash) => run("status", () => ledger.status(hash)),
  };
}

/** Answers without HTTP in between: the whole flow in memory, from a request's key to its paid answer. What `world` has is shared by several isolates. */
export function createPaidWorld() {
  const accounts = new Map<
    string,
    { ledger: AccountLedger & AccountAdmin; tables: ReturnType<typeof createMemoryTables> }
  >();
  const calls: Verb[] = [];
  const { backend, requests } = fakeBackend({ text: "<s>a cat</s>" });
  const store = fakeStore();
  const world = {
    nowMs: Date.UTC(2026, 10, 30),
    fault: (async (_verb, call) => call()) as Fault,
    work: (async () => nextTask()) as Work,
    /** What happens after the tokens of each prompt. */
    done: nextTask,
    calls,
    requests,
    /** How long each generation is kept outside of isolates. */
    keptSeconds: store.seconds,
    /** The cache outside of isolates loses all. */
    forget: () => store.entries.clear(),
  };
  const now = (): number => world.nowMs;
  const accountOf = (id: string) => {
    const tables = createMemoryTables();
    const account = accounts.get(id) ?? {
      tables,
      ledger: createFakeLedger({ now, tables, countRequest: createRateCounter() }),
    };
    accounts.set(id, account);
    return account;
  };
  const run: Run = async (verb, call) => {
    calls.push(verb);
    let reply: Awaited<ReturnType<typeof call>> | undefined;
    await world.fault(verb, async () => {
      reply = await call();
    });
    if (reply === undefined) throw new Error("The fault neither called nor threw.");
    return reply;
  };

  /** One isolate, with caches and memory of its own. */
  const isolate = ({
    imageConcurrency = 1,
    requests: rate,
    unknownKeys,
    direct,
    more = {},
    ...options
  }: Partial<
    PaymentsOptions &
      GuardOptions & { readonly imageConcurrency: number; readonly more: Partial<AppOptions> } & Pick<
        PaidAnswersOptions,
        "direct"
      >
  > = {}) => {
    const pending: Promise<unknown>[] = [];
    const logged: Problem[] = [];
    const waitUntil = (work: Promise<unknown>): void => void pending.push(work);
    const payments = createPayments({
      ledgerOf: (id) =>
        createReliableLedger({
          connect: () => watched(accountOf(id).ledger, run),
          // Backoffs take no time; a deadline passes when the clock of the world has passed it.
          after: (milliseconds, then) => {
            const endMs = now() + (milliseconds < 1000 ? 0 : milliseconds);
            const cancelled = new AbortController();
            const wait = async (): Promise<void> => {
              while (now() < endMs && !cancelled.signal.aborted) await nextTask();
              if (!cancelled.signal.aborted) then();
            };
            void wait();
            return () => cancelled.abort();
          },
          random: () => 0.5,
        }),
      trustedMs: 10_000,
      holdMs: 150_000,
      isCacheShared: false,
      guard: createGuard({ requests: rate, unknownKeys, now }),
      random: secureRandom,
      now,
      waitUntil,
      ...options,
    });
    const find = createCachedGenerations({
      backend: {
        ...backend,
        generate: async function* (request, signal) {
          await world.work(request.prompts, signal);
          for await (const event of backend.generate(request, signal)) {
            if (event.type === "done") await world.done();
            yield event;
          }
        },
      },
      stores: [store.store],
      ttlSeconds: 60,
      memoryBytes: 1_000_000,
      salt: "",
      waitUntil,
      now,
      sleep: nextTask,
    });
    const app = createApp({
      tasks: rows,
      version: "0.0.0",
      service: createService({
        backend,
        find,
        limits: ISOLATE_LIMITS,
        now,
        imageConcurrency,
        uploads: more.uploads,
      }),
      newRequestId: () => crypto.randomUUID(),
      sleep: () => new Promise(() => {}),
      timeout: () => new AbortController().signal,
      admit: admitAll,
      logError: (problem) => logged.push(problem),
      accounts: paidAnswers({ accounts: payments, direct }),
      dialects: createDialects(now),
      ...more,
    });
    /** Waits for all that goes on after the responses. */
    const settled = async (): Promise<void> => {
      for (let count = 0; count < pending.length; count = pending.length) await Promise.allSettled(pending);
    };
    return { app, logged, settled };
  };

  /** Opens an account with a key. */
  const open = async (credit: number, terms: Partial<KeyTerms> = {}, account: Partial<AccountTerms> = {}) => {
    const id = newAccountId(secureRandom);
    const { ledger, tables } = accountOf(id);
    const parts = newKey({ mode: "test", account: id }, secureRandom);
    await ledger.create({ id, name: "Acme", mode: "prepaid", creditLimit: 0, capMonth: null, ...account });
    const stored = { id: parts.keyId, hash: await keyHash(parts), last4: lastFour(parts) };
    await ledger.createKey({ ...stored, name: "first", terms: { scopes: ["infer"], ...terms }, expiresMs: null });
    if (credit > 0) await ledger.credit({ kind: "grant", ref: "first", amount: credit });
    const entries = () => [...tables.rows().entries.values()].filter(({ kind }) => kind !== "grant");
    return {
      id,
      ledger,
      keyId: parts.keyId,
      key: formatKey(parts),
      holds: () => tables.rows().holds.size,
      balance: () => [...tables.rows().account.values()][0]?.balance,
      /** The kinds and amounts of all entries but the first grant. */
      entries: () => entries().map(({ kind, amount }) => [kind, amount] as const),
      /** What contradicts the ledger's rules. */
      violations: async () => {
        const report = await ledger.audit();
        return report.type === "audit" ? report.violations : [report.code];
      },
    };
  };
  return { world, isolate, open };
}

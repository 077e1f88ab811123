import { setTimeout as sleep } from "node:timers/promises";
import { Job } from "../../../src/contract/jobs.ts";
import { createRandom } from "../../../test/support/random.ts";
import { fileOf } from "../send.ts";

/** What a client asks for later. */
export interface JobQuestion {
  readonly number: number;
  /** Which account pays: an index. */
  readonly account: number;
  /** Whether a new generation is wanted (`no-store`). */
  readonly isFresh: boolean;
  readonly idempotencyKey: string;
}

/** A question and the job that was accepted for it. */
export interface AcceptedJob {
  readonly question: JobQuestion;
  readonly id: string;
  /** How often it was sent until it was accepted. */
  readonly sends: number;
}

/** Where questions are sent, with whose keys. */
export interface Asked {
  readonly url: URL;
  readonly keyOf: (account: number) => string;
  /** Resolves when the API takes requests. */
  readonly open: () => Promise<void>;
}

/** Clients at once. */
const CLIENTS = 6;

/** The wait before a question is sent again, in milliseconds. */
const AGAIN_MS = 150;

/** How long a reply is waited for, in milliseconds. */
const NO_REPLY_MS = 20_000;

/** Returns a question: seed and number determine it. */
export function jobQuestion(seed: number, number: number, accounts: number): JobQuestion {
  const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ number);
  return {
    number,
    account: number % accounts,
    isFresh: random.once(8),
    idempotencyKey: `job-${seed}-${number}`,
  };
}

/** Asks a question, now or later. Undefined if the connection broke. */
export async function askFor(question: JobQuestion, asked: Asked, isLater: boolean): Promise<Response | undefined> {
  const { number, account, isFresh, idempotencyKey } = question;
  const query = new URLSearchParams({ text: `job ${number}`, ...(isLater && { async: "true" }) });
  const url = new URL(`/v1/caption-to-phrase-grounding?${query}`, asked.url);
  const headers = {
    "content-type": "application/octet-stream",
    authorization: `Bearer ${asked.keyOf(account)}`,
    ...(isFresh && { "cache-control": "no-store" }),
    ...(isLater && { "idempotency-key": idempotencyKey }),
  };
  const body = fileOf(number);
  return fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(NO_REPLY_MS) }).catch(() => undefined);
}

/** Sends a question until it is accepted: whoever has lost a reply sends the same again, with the same key. */
async function accept(question: JobQuestion, asked: Asked): Promise<AcceptedJob> {
  for (let sends = 1; ; sends += 1) {
    await asked.open();
    const response = await askFor(question, asked, true);
    const text = await response?.text().catch(() => undefined);
    if (response?.status === 202 && text !== undefined) return { question, id: Job.parse(JSON.parse(text)).id, sends };
    await sleep(AGAIN_MS);
  }
}

/** Has questions accepted. `count` is how many are. */
export function createJobClients(questions: readonly JobQuestion[], asked: Asked) {
  const accepted: AcceptedJob[] = [];
  const rest = questions.values();
  const client = async (): Promise<void> => {
    for (const question of rest) accepted.push(await accept(question, asked));
  };
  return {
    count: (): number => accepted.length,
    run: async (): Promise<readonly AcceptedJob[]> => {
      await Promise.all(Array.from({ length: CLIENTS }, client));
      return accepted;
    },
  };
}

/** Waits for the end of a job; undefined if it has not ended by a time. Also returns its text, as it came. */
export async function endOf({ question, id }: AcceptedJob, asked: Asked, untilMs: number) {
  const headers = { authorization: `Bearer ${asked.keyOf(question.account)}`, prefer: "wait=10" };
  while (Date.now() < untilMs) {
    await asked.open();
    const request = { headers, signal: AbortSignal.timeout(NO_REPLY_MS) };
    const response = await fetch(new URL(`/v1/jobs/${id}`, asked.url), request).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response?.status === 404) return { status: "unknown", text: text ?? "" } as const;
    if (response?.status !== 200 || text === undefined) {
      await sleep(AGAIN_MS);
      continue;
    }
    const { status } = Job.parse(JSON.parse(text));
    if (status !== "queued" && status !== "running") return { status, text } as const;
  }
  return undefined;
}

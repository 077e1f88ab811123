import { setTimeout as sleep } from "node:timers/promises";
import { ProblemDetails } from "../../../src/contract/problem-details.ts";
import { signedPayment } from "../../../test/support/x402-chain.ts";
import { createRandom } from "../../../test/support/random.ts";
import type { BookedFacilitator } from "./facilitator.ts";

/** Payers at once. */
const PAYERS = 4;

/** How often a request is sent with its payment at most, until nothing is killed any more. */
const MAX_SENDS = 4;

/** The wait before it is sent again, in milliseconds. */
const AGAIN_MS = 150;

/** The longest lease of a payment, in milliseconds, and the wait while it stands. */
const LEASE_MS = 160_000;
const IN_USE_MS = 1000;

/** A request may wait for a backend that starts, and is not waited for any longer. */
const NO_ANSWER_MS = 60_000;

/** How long a payment may stand, in seconds: until after a campaign's last deadline. Our own limit is an hour. */
const VALID_SECONDS = 3000;

/** One in so many is a stream. */
const STREAM_ONE_IN = 4;

/** Units of the token that a question costs. */
export const PRICE = 600;

/** What a request with a payment was told: `answered` is a whole answer, `broken` a stream that ended with a problem, `lost` that nobody knows. */
export interface PaidAttempt {
  readonly outcome: "answered" | "refused" | "broken" | "lost";
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** What `Charge` said, and whether `PAYMENT-RESPONSE` was there. */
  readonly charge: string | undefined;
  readonly isReceipted: boolean;
}

/** One payment, what it was for, and what was told, in its order. */
export interface PaidRequest {
  readonly number: number;
  readonly nonce: string;
  readonly header: string;
  readonly isStream: boolean;
  readonly attempts: PaidAttempt[];
}

/** Where payers ask. */
export interface PayersOptions {
  readonly url: URL;
  readonly seed: number;
  /** How many payments they make. */
  readonly payments: number;
  /** Resolves when the API takes requests. */
  readonly open: () => Promise<void>;
}

function newRequest(seed: number, number: number): PaidRequest {
  const random = createRandom(Math.imul(seed + 7, 0x9e3779b1) ^ number);
  const nonce = `0x${number.toString(16).padStart(64, "0")}`;
  const validBefore = String(Math.floor(Date.now() / 1000) + VALID_SECONDS);
  const header = signedPayment(Date.now(), number, PRICE, { validBefore });
  return { number, nonce, header, isStream: random.once(STREAM_ONE_IN), attempts: [] };
}

/** The smallest picture that there is: a GIF of one pixel. */
const PICTURE = Uint8Array.from(atob("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"), (each) =>
  each.charCodeAt(0),
);

async function attempt(url: URL, { number, header, isStream }: PaidRequest): Promise<PaidAttempt> {
  const query = new URLSearchParams({ text: `paid ${number}`, ...(isStream && { stream: "true" }) });
  const path = `/v1/caption-to-phrase-grounding?${query}`;
  const headers = { "content-type": "image/gif", "payment-signature": header };
  const init = { method: "POST", headers, body: PICTURE, signal: AbortSignal.timeout(NO_ANSWER_MS) };
  const response = await fetch(new URL(path, url), init).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  const told = {
    status: response?.status,
    charge: response?.headers.get("charge") ?? undefined,
    isReceipted: response?.headers.has("payment-response") === true,
  };
  if (response === undefined || text === undefined) return { ...told, outcome: "lost", code: undefined };
  if (!response.ok) return { ...told, outcome: "refused", code: ProblemDetails.parse(JSON.parse(text)).code };
  if (!isStream || text.includes("event: charge")) return { ...told, outcome: "answered", code: undefined };
  return { ...told, outcome: text.includes("event: error") ? "broken" : "lost", code: undefined };
}

/** Sends a request with its payment until it is answered, or a number of times. */
async function send(request: PaidRequest, { url, open }: PayersOptions): Promise<void> {
  for (let time = 0; time < MAX_SENDS; time += 1) {
    if (time > 0) await sleep(AGAIN_MS);
    await open();
    const told = await attempt(url, request);
    request.attempts.push(told);
    if (told.outcome === "answered") return;
  }
}

/** The same, until it is answered or its lease must be over and some more are refused. */
async function sendToTheEnd(request: PaidRequest, options: PayersOptions): Promise<void> {
  const endMs = Date.now() + LEASE_MS;
  for (;;) {
    await send(request, options);
    const told = request.attempts.at(-1);
    if (told?.outcome === "answered" || (Date.now() > endMs && told?.code !== "payment-unsettled")) return;
    if (Date.now() > endMs + LEASE_MS) return;
    if (told?.code === "payment-in-use") await sleep(IN_USE_MS);
  }
}

async function inParallel(
  requests: Iterator<PaidRequest>,
  work: (request: PaidRequest) => Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    for (let next = requests.next(); next.done !== true; next = requests.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: PAYERS }, worker));
}

/** Callers without a key, each of whose requests brings a payment. */
export function createPayers(options: PayersOptions) {
  const requests = Array.from({ length: options.payments }, (_, index) => newRequest(options.seed, index + 1));
  return {
    /** Sends all of them, while things are killed. */
    run: () => inParallel(requests.values(), (request) => send(request, options)),
    /** Sends those without an answer again, when nothing is killed any more and all leases are over. */
    finish: () => {
      const open = requests.filter(({ attempts }) => attempts.every(({ outcome }) => outcome !== "answered"));
      return inParallel(open.values(), (request) => sendToTheEnd(request, options));
    },
    requests: (): readonly PaidRequest[] => requests,
  };
}

/** All that is known of the payments of a campaign. */
export interface PaidRequests {
  readonly requests: readonly PaidRequest[];
  readonly verified: BookedFacilitator["verified"];
  readonly settled: ReadonlySet<string>;
  /** Units that have arrived. */
  readonly paid: number;
}

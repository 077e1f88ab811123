import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { ChargeEvent } from "../../src/contract/stream-events.ts";
import { root } from "../serve.ts";
import type { Observation, Told } from "./observation.ts";
import { type Item, itemName, PICTURES, type Question } from "./questions.ts";

/** A request may wait for a backend that starts, and is not waited for any longer. */
const NO_ANSWER_MS = 60_000;

/** Small files, since not the reading of pictures is tested. */
const files = ["small-33x33.png", "one-pixel-1x1.jpg", "orientation-6-61x43.jpg"] as const;
const read = async (name: string) => Uint8Array.from(await readFile(join(root, "test/vectors/preprocess", name)));
const pictures = await Promise.all(files.map(read));

/** The picture of a number. */
export const fileOf = (number: number) => pictures[number % PICTURES] ?? new Uint8Array();

const pictureOf = ({ number }: Item) => fileOf(number);
const base64Of = (item: Item): string => Buffer.from(pictureOf(item)).toString("base64");
const taskOf = ({ number }: Item): string =>
  number % 2 === 0 ? "caption-to-phrase-grounding" : "referring-expression-segmentation";
const optionsOf = (item: Item) => ({ task: taskOf(item), text: `thing ${itemName(item)}` });

/** Where a question is sent, and its body. */
function requestOf({ kind, items }: Question): {
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer> | string;
} {
  const [first = { number: 0, place: 0 }] = items;
  const type = "application/json";
  if (kind === "analyze") {
    const body = JSON.stringify({ image: base64Of(first), tasks: items.map(optionsOf) });
    return { path: "/v1/analyze", type, body };
  }
  if (kind === "batch") {
    const each = items.map((item) => ({ ...optionsOf(item), image: base64Of(item) }));
    return { path: "/v1/batch", type, body: JSON.stringify({ items: each }) };
  }
  const query = new URLSearchParams({ text: optionsOf(first).text, ...(kind === "stream" && { stream: "true" }) });
  return { path: `/v1/${taskOf(first)}?${query}`, type: "application/octet-stream", body: pictureOf(first) };
}

const CHARGE = /^(?<amount>\d+);unit="usd-micro";(?:id="(?<id>chg_[0-9a-f]+)"|count=\d+);repeat(?<no>=\?0)?$/u;

/** Reads `Charge`. Throws an error if it cannot be read: then nothing else would be checked. */
function toldBy(headers: Headers): Told | undefined {
  const text = headers.get("charge");
  if (text === null) return undefined;
  const { amount, id, no } = CHARGE.exec(text)?.groups ?? {};
  if (amount === undefined) throw new Error(`Charge cannot be read: ${text}`);
  return { amount: Number(amount), ids: id === undefined ? [] : [id], isRepeat: no === undefined, atMs: Date.now() };
}

type Result = Omit<Observation, "question" | "status" | "requestId">;

const Results = z.object({ results: z.array(z.object({ answer: z.unknown() })) });
const Event = z.looseObject({ type: z.string(), answer: z.unknown().optional() });
const Failed = z.object({ type: z.literal("error"), problem: ProblemDetails });

/** The backend's random text has halves of characters, which a stream's JSON carries and UTF-8 replaces. No model writes them. */
const wellFormed = (_: string, value: unknown): unknown => (typeof value === "string" ? value.toWellFormed() : value);

/** An answer as a text that is equal for equal answers. */
export const textOf = (answer: unknown): string | undefined =>
  answer === null || answer === undefined ? undefined : JSON.stringify(answer, wellFormed);

const none = { code: undefined, told: undefined, answers: [] } as const;

/** Reads the events of a stream. One without a last event was cut off. */
function streamResult(text: string, told: Told | undefined): Result {
  const data = text.split("\n").filter((line) => line.startsWith("data: "));
  const events = data.map((line) => Event.parse(JSON.parse(line.slice("data: ".length))));
  const failed = Failed.safeParse(events.at(-1));
  if (failed.success) return { ...none, outcome: "broken", code: failed.data.problem.code, told };
  const charge = ChargeEvent.safeParse(events.at(-1));
  const answers = events.filter(({ type }) => type === "done").map(({ answer }) => textOf(answer));
  if (!charge.success) return { ...none, outcome: "lost", told };
  const { charge_micro_usd: amount, ids, repeat: isRepeat } = charge.data;
  return { ...none, outcome: "answered", told: { amount, ids, isRepeat, atMs: Date.now() }, answers };
}

function resultOf({ kind }: Question, response: Response, text: string): Result {
  if (!response.ok) return { ...none, outcome: "refused", code: ProblemDetails.parse(JSON.parse(text)).code };
  const told = toldBy(response.headers);
  if (kind === "stream") return streamResult(text, told);
  const body: unknown = JSON.parse(text);
  const answers = kind === "single" ? [textOf(body)] : Results.parse(body).results.map(({ answer }) => textOf(answer));
  return { ...none, outcome: "answered", told, answers };
}

/** Where questions are sent, and with which key; without one, nothing is paid. */
export interface Sending {
  readonly url: URL;
  readonly key?: string;
}

/** Sends a question, reads all of the reply, and returns what came. A connection that breaks is no error. */
export async function send(question: Question, { url, key }: Sending): Promise<Observation> {
  const { path, type, body } = requestOf(question);
  const requestId = crypto.randomUUID();
  const headers = {
    "content-type": type,
    "x-request-id": requestId,
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(question.isFresh && { "cache-control": "no-store" }),
    ...(question.idempotencyKey !== undefined && { "idempotency-key": question.idempotencyKey }),
  };
  const signal = AbortSignal.timeout(NO_ANSWER_MS);
  const request = { method: "POST", headers, body, signal };
  const response = await fetch(new URL(path, url), request).catch(() => undefined);
  if (response === undefined) return { ...none, question, requestId, outcome: "lost", status: undefined };
  const { status } = response;
  const text = await response.text().catch(() => undefined);
  // A head that came with a price has told it, whatever became of the rest.
  if (text === undefined) {
    return { ...none, question, requestId, status, outcome: "lost", told: toldBy(response.headers) };
  }
  return { question, requestId, status, ...resultOf(question, response, text) };
}

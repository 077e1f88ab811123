import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPaidWorld } from "../../support/paid-app.ts";
import { groundingRequest } from "../../support/paid-requests.ts";

/** Trials of a test: in half of them, another account has asked the question before. */
const TRIALS = 200;

/** How long the model works: on the clock of the world, and really. */
const WORK_MS = 40;
const REAL_WORK_MS = 3;

/**
 * The z value of the Mann-Whitney test above which two groups of latencies differ. Chance exceeds it once in 150,000 runs; groups of which one always has the
 * shorter latencies have 12.2.
 */
const DIFFERENT_Z = 4.5;

interface Observed {
  readonly wasAsked: boolean;
  /** Everything that the caller sees, without what is random or his own. */
  readonly seen: string;
  readonly ms: number;
}

/** The absolute z value of the Mann-Whitney U test with the normal approximation; equal values do not occur. */
function difference(one: readonly number[], other: readonly number[]): number {
  const larger = one.reduce((count, value) => count + other.filter((each) => value > each).length, 0);
  const [n, m] = [one.length, other.length];
  return Math.abs(larger - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/** What a response tells, without the random ids and the fingerprint of an answer that repeats the question. */
async function seenIn(response: Response, number: number): Promise<string> {
  const text = await response.text();
  const known = JSON.stringify([response.status, [...response.headers], text]);
  return known
    .replaceAll(/chg_[0-9a-f]{32}/gu, "chg_id")
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, "request-id")
    .replaceAll(/\\"[0-9a-f]{32}\\"/gu, "etag")
    .replaceAll(`thing ${number}`, "thing");
}

function withHeaders(init: RequestInit, more: Readonly<Record<string, string>>): RequestInit {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return { ...init, headers };
}

/** Asks questions of a new account each, after another account has asked the same or something else, in an order that is not regular. */
async function observe(headers: Readonly<Record<string, string>>, isCacheShared = false, query = "") {
  const { world, isolate, open } = createPaidWorld();
  world.work = async () => {
    await sleep(REAL_WORK_MS);
    world.nowMs += WORK_MS;
  };
  const { app, settled } = isolate({ isCacheShared });
  const other = await open(1_000_000);
  const observed: Observed[] = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    // Bits of a multiplicative hash: half of the trials, without a pattern that a slow drift of the machine could follow.
    const wasAsked = (Math.imul(trial >> 1, 0x9e3779b1) >>> 31 === 1) === (trial % 2 === 1);
    const own = await open(10_000);
    const [path, init] = groundingRequest(own.key, trial);
    await (await app.request(...groundingRequest(other.key, wasAsked ? trial : trial + TRIALS))).text();
    await settled();
    const started = performance.now();
    const response = await app.request(new Request(`http://edge.test${path}${query}`, withHeaders(init, headers)));
    const seen = await seenIn(response, trial);
    observed.push({ wasAsked, seen, ms: performance.now() - started });
    await settled();
  }
  const of = (asked: boolean) => observed.filter(({ wasAsked }) => wasAsked === asked);
  return { asked: of(true), unasked: of(false) };
}

const timesOf = (observed: readonly Observed[]): readonly number[] => observed.map(({ ms }) => ms);
const kindsOf = (observed: readonly Observed[]): readonly string[] => [...new Set(observed.map(({ seen }) => seen))];

describe("a first question that another account has asked before", () => {
  it.each([
    ["an answer", {}, ""],
    ["a stream", {}, "&stream=true"],
    ["an answer from the cache alone", { "cache-control": "only-if-cached" }, ""],
    ["an answer that is too dear", { "max-price": "1" }, ""],
    ["one that must be new", { "cache-control": "no-store" }, ""],
  ])("looks like one that nobody has asked: %s", { timeout: 60_000 }, async (_, headers, query) => {
    const { asked, unasked } = await observe(headers, false, query);
    expect(asked.length + unasked.length).toBe(TRIALS);
    // Status, every header with Server-Timing and the price, and the body.
    expect(kindsOf(unasked)).toHaveLength(1);
    expect(kindsOf(asked)).toEqual(kindsOf(unasked));
    expect(difference(timesOf(asked), timesOf(unasked))).toBeLessThan(DIFFERENT_Z);
  });

  it("would be told by each of them if accounts shared the cache", { timeout: 60_000 }, async () => {
    const { asked, unasked } = await observe({}, true);
    expect(kindsOf(asked)).not.toEqual(kindsOf(unasked));
    expect(difference(timesOf(asked), timesOf(unasked))).toBeGreaterThan(DIFFERENT_Z);
  });
});

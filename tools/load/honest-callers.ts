import { setTimeout as sleep } from "node:timers/promises";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import { createAgent, send, type Sent } from "../fuzz/send.ts";
import { checkOf, essenceOf } from "./answers.ts";
import { honestRequests } from "./honest-requests.ts";
import type { HonestResult } from "./observation.ts";
import type { Place } from "./place.ts";

/** How long a refused caller waits before the next request, in milliseconds. */
const AFTER_REFUSAL_MS = 250;

/** The answers that requests get alone, in the order of the requests. */
type Answers = ReadonlyMap<FuzzRequest, string>;

/** Honest callers of a place who know their answers. */
export interface HonestCallers {
  /** Lets each send one request after the other until it is stopped. `stop` resolves once none is in flight. */
  start(): { readonly results: readonly HonestResult[]; stop(): Promise<void> };
}

async function textOf(sent: Sent): Promise<string | undefined> {
  return sent.type === "response" && sent.response.status === 200 ? sent.response.clone().text() : undefined;
}

/** Returns why a request was refused. */
function refusal(sent: Sent): string {
  if (sent.type === "response") return `refused: ${sent.response.status}`;
  return sent.type === "cut" ? "cut" : `no answer: ${String(sent.error)}`;
}

/** Sends each request alone, twice, and returns the answers. Throws if one is refused or differs from itself. */
async function answersAlone(place: Place, requests: readonly FuzzRequest[]): Promise<Answers> {
  const agent = createAgent();
  const answers = new Map<FuzzRequest, string>();
  for (const request of [...requests, ...requests]) {
    const sent = await send(place.url, agent, request, "load-alone");
    const text = await textOf(sent);
    if (text === undefined) throw new Error(`${request.what} alone: ${refusal(sent)}`);
    const [known, essence] = [answers.get(request), essenceOf(text)];
    if (known !== undefined && known !== essence) throw new Error(`${request.what} alone: ${known} and ${essence}`);
    answers.set(request, essence);
  }
  agent.destroy();
  return answers;
}

/** Only an overloaded server refuses what is valid, and says so; that counts as latency, everything else as a contradiction. */
const isOverload = (violation: string): boolean => violation.endsWith("overloaded");

/** Gets the honest callers' answers one at a time, which also warms the place up, and returns the callers. */
export async function honestCallers(place: Place): Promise<HonestCallers> {
  const requests = await honestRequests(place.name);
  const answers = await answersAlone(place, requests.flat());
  const check = checkOf(place.name);
  const ask = async (agent: ReturnType<typeof createAgent>, request: FuzzRequest): Promise<HonestResult> => {
    const startedAt = performance.now();
    const sent = await send(place.url, agent, request, "load-honest");
    const endedAt = performance.now();
    const text = await textOf(sent);
    const violations = sent.type === "response" ? await check(request, sent) : [refusal(sent)];
    const common = { startedAt, endedAt, violations: violations.filter((each) => !isOverload(each)) };
    if (text === undefined) return { ...common, outcome: "refused" };
    return { ...common, outcome: essenceOf(text) === answers.get(request) ? "right" : "wrong" };
  };
  return { start: () => startCallers(requests, ask) };
}

function startCallers(
  requests: readonly (readonly FuzzRequest[])[],
  ask: (agent: ReturnType<typeof createAgent>, request: FuzzRequest) => Promise<HonestResult>,
) {
  const agent = createAgent();
  const results: HonestResult[] = [];
  const state = { isStopped: false };
  const call = async (own: readonly FuzzRequest[]): Promise<void> => {
    for (let next = 0; !state.isStopped; next += 1) {
      const request = own[next % own.length];
      if (request === undefined) return;
      const result = await ask(agent, request);
      results.push(result);
      if (result.outcome === "refused") await sleep(AFTER_REFUSAL_MS);
    }
  };
  const ended = Promise.all(requests.map(call));
  const stop = async (): Promise<void> => {
    state.isStopped = true;
    await ended;
    agent.destroy();
  };
  return { results, stop };
}

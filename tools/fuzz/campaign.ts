import { withWords } from "../../test/support/fuzz/any-account-request.ts";
import { numberedRequests, type NumberedRequest, type Topic } from "./numbered-requests.ts";
import { send } from "./send.ts";
import type { Finished, Tally } from "./tally.ts";
import type { Targets } from "./targets.ts";
import { received, violationsOf } from "./violations.ts";

/** The extent of a campaign. */
export interface CampaignOptions {
  readonly seed: number;
  /** The numbers of the requests: from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  /** How many requests are in flight. */
  readonly concurrency: number;
  /** No request starts after this many milliseconds. */
  readonly maxMs: number;
  /** By default our own API. */
  readonly topic?: Topic;
}

/** Sends a request and checks its response. */
export async function runRequest(targets: Targets, seed: number, numbered: NumberedRequest): Promise<Finished> {
  const { url, agent, words } = targets.apis[numbered.api];
  const request = words === undefined ? numbered.request : withWords(numbered.request, words);
  const sent = await send(url, agent, request, `fuzz-${seed}-${numbered.number}`);
  const answer = sent.type === "response" ? await received(sent.response) : undefined;
  return { ...numbered, sent, answer, violations: await violationsOf(numbered, sent, answer) };
}

/** Sends requests once more, one after the other and past the cache: in a campaign, most of a request's time is that of others. */
export async function sendAlone(
  targets: Targets,
  seed: number,
  requests: readonly NumberedRequest[],
): Promise<readonly Finished[]> {
  const alone: Finished[] = [];
  for (const { number, api, request } of requests) {
    const headers = [
      ...request.headers.filter(([name]) => name !== "cache-control"),
      ["cache-control", "no-store"] as const,
    ];
    alone.push(await runRequest(targets, seed, { number, api, request: { ...request, headers } }));
  }
  return alone;
}

/** Sends the requests of a campaign, a few at a time, and adds each result to the tally. */
export async function runCampaign(targets: Targets, options: CampaignOptions, tally: Tally): Promise<void> {
  const { seed, from, to, concurrency, maxMs, topic } = options;
  const requestOf = numberedRequests(seed, targets.images, topic);
  const endsAt = performance.now() + maxMs;
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to && performance.now() < endsAt) {
      const numbered = requestOf(next);
      next += 1;
      tally.add(await runRequest(targets, seed, numbered));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

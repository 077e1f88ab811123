import * as fc from "fast-check";
import { createAgent, send } from "../../../tools/fuzz/send.ts";
import type { FuzzRequest } from "./fuzz-request.ts";

/** Requests at once. */
const CONCURRENCY = 6;

/** Sends generated requests, a few at a time, and checks each response. Returns how often each status came, and what was wrong. */
export async function sendAll(
  requests: fc.Arbitrary<FuzzRequest>,
  { url, seed, count }: { readonly url: URL; readonly seed: number; readonly count: number },
  check: (request: FuzzRequest, response: Response) => Promise<void>,
) {
  const agent = createAgent();
  const all = fc.sample(requests, { seed, numRuns: count });
  const statuses = new Map<number, number>();
  const wrong: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let request = all[next++]; request !== undefined; request = all[next++]) {
      const sent = await send(url, agent, request, "fuzz");
      if (sent.type === "cut") continue;
      if (sent.type === "unanswered") wrong.push(`${request.what}: no answer: ${String(sent.error)}`);
      else {
        const { status } = sent.response;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await check(request, sent.response).catch((thrown: unknown) =>
          wrong.push(`${request.what}: ${status} ${String(thrown).slice(0, 500)}`),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  agent.destroy();
  return { statuses, wrong };
}

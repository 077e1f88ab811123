import * as fc from "fast-check";
import { anyFuzzRequest } from "../../test/support/fuzz/any-fuzz-request.ts";
import { anyImage } from "../../test/support/fuzz/any-image.ts";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import { startImageServer } from "../../test/support/fuzz/image-server.ts";
import { count } from "../fuzz/count.ts";
import { requestSeed } from "../fuzz/numbered-requests.ts";
import { createAgent, send } from "../fuzz/send.ts";
import { checkOf } from "./answers.ts";
import { HOG } from "./hogs/attack.ts";
import { startMeters } from "./meters.ts";
import type { MixedObservation } from "./observation.ts";
import type { Place } from "./place.ts";
import { postRequest } from "./requests.ts";

/** How many requests there are, and how many in flight. */
const REQUESTS = 2000;
const CONCURRENCY = 8;

/** A file of any format, valid, broken or a bomb, for a short caption. */
const anyUpload: fc.Arbitrary<FuzzRequest> = anyImage.map(({ what, value: body }) =>
  postRequest({
    caller: HOG,
    what,
    target: "/v1/caption?max_new_tokens=4",
    body,
    type: "application/octet-stream",
  }),
);

/** Every fourth request is any that the fuzz campaign sends, the others are uploads. */
function generated(seed: number, number: number, origin: string): FuzzRequest {
  const arbitrary = number % 4 === 0 ? anyFuzzRequest(origin) : anyUpload;
  const [request] = fc.sample(arbitrary, { seed: requestSeed(seed, number), numRuns: 1 });
  if (request === undefined) throw new Error("Nothing was generated.");
  return request;
}

/** Sends 2,000 requests of all kinds and watches the memory of the place's processes. */
export async function runMixed(place: Place, seed: number): Promise<MixedObservation> {
  const images = await startImageServer();
  const agent = createAgent();
  const check = checkOf(place.name);
  const [results, violations] = [new Map<string, number>(), new Map<string, number>()];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < REQUESTS) {
      const number = next;
      next += 1;
      const request = generated(seed, number, images.origin);
      const sent = await send(place.url, agent, request, `load-${seed}-${number}`);
      count(results, sent.type === "response" ? String(sent.response.status) : sent.type);
      for (const violation of await check(request, sent)) count(violations, violation);
    }
  };
  const meters = startMeters(place);
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const measured = await meters.stop();
  images.stop();
  agent.destroy();
  const tally = {
    attacks: REQUESTS,
    results: Object.fromEntries(results),
    violations: Object.fromEntries(violations),
  };
  return { place: place.name, tally, ...measured };
}

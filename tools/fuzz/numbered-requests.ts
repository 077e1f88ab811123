import * as fc from "fast-check";
import { anyAccountRequest } from "../../test/support/fuzz/any-account-request.ts";
import { anyDialectRequest, anyPaidRequest } from "../../test/support/fuzz/any-dialect-request.ts";
import { anyFuzzRequest } from "../../test/support/fuzz/any-fuzz-request.ts";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import type { ApiName } from "./targets.ts";

/** A request of a campaign: seed and number determine all of it. */
export interface NumberedRequest {
  readonly number: number;
  readonly api: ApiName;
  readonly request: FuzzRequest;
}

/** Mixes two numbers to 31 bits, so that neighbouring numbers and seeds give unrelated requests (the finalizer of MurmurHash3). */
function mixed(seed: number, number: number): number {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ number;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) & 0x7fffffff;
}

/** The seed with which fast-check generates a request, and shrinks it. */
export function requestSeed(seed: number, number: number): number {
  return mixed(seed, number);
}

/** Of ten requests, one goes to the model in the isolate, which takes most of a campaign's time, two to the API with the broken backend, and two to that with accounts. */
const apiOf = (seed: number, number: number): ApiName =>
  (["embedded", "rubbish", "rubbish", "accounts", "accounts"] as const)[mixed(seed + 1, number) % 10] ?? "remote";

/** What the requests of a campaign ask: our own API, or the dialects of others. */
export type Topic = "own" | "dialects";

/** Returns what an API is asked. `imageOrigin` is that of the server of images. */
export function requestsTo(api: ApiName, imageOrigin: string, topic: Topic = "own"): fc.Arbitrary<FuzzRequest> {
  if (topic === "dialects") return api === "accounts" ? anyPaidRequest(imageOrigin) : anyDialectRequest(imageOrigin);
  return api === "accounts" ? anyAccountRequest(imageOrigin) : anyFuzzRequest(imageOrigin);
}

/** Returns the generator of a campaign's requests. `imageOrigin` is that of the server of images. */
export function numberedRequests(
  seed: number,
  imageOrigin: string,
  topic: Topic = "own",
): (number: number) => NumberedRequest {
  const [paid, free] = [requestsTo("accounts", imageOrigin, topic), requestsTo("remote", imageOrigin, topic)];
  return (number) => {
    const api = apiOf(seed, number);
    const [request] = fc.sample(api === "accounts" ? paid : free, { seed: requestSeed(seed, number), numRuns: 1 });
    if (request === undefined) throw new Error("Nothing was generated.");
    return { number, request, api };
  };
}

import * as fc from "fast-check";
import { anyFuzzRequest } from "../../test/support/fuzz/any-fuzz-request.ts";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import type { Placement } from "./targets.ts";

/** A request of a campaign: seed and number determine all of it. */
export interface NumberedRequest {
  readonly number: number;
  readonly placement: Placement;
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

/** Returns the generator of a campaign's requests. `imageOrigin` is that of the server of images. One request in `embeddedOneIn` goes to the isolate's model. */
export function numberedRequests(
  seed: number,
  embeddedOneIn: number,
  imageOrigin: string,
): (number: number) => NumberedRequest {
  const anyRequest = anyFuzzRequest(imageOrigin);
  return (number) => {
    const [request] = fc.sample(anyRequest, { seed: requestSeed(seed, number), numRuns: 1 });
    if (request === undefined) throw new Error("Nothing was generated.");
    return { number, request, placement: mixed(seed + 1, number) % embeddedOneIn === 0 ? "embedded" : "remote" };
  };
}

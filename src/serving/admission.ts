import { Problem } from "../contract/problems.ts";
import type { Claim } from "../scheduling/fair-queue.ts";
import { exceedsUnits, maxOwnShare, unitsOf } from "../scheduling/units.ts";

/** Limits of an admission control; they count requests that run and that wait. */
export interface AdmissionLimits {
  /** Maximum number of requests: each holds an image. */
  readonly maxRequests: number;
  /** Maximum units of work (`contract/work-units.ts`). A caller may have as many in progress as are free then. */
  readonly maxUnits: number;
}

/** Admission control: limits the work in flight, and refuses all once it is closed. */
export interface Admission {
  /**
   * Runs `work` if the request is admitted. Throws `overloaded` if it is not, and `too-much-work` for more than half of all units, which would never
   * be admitted.
   */
  admit<Result>(claim: Claim, work: () => Promise<Result>): Promise<Result>;
  readonly isOpen: boolean;
  /** Number of admitted requests, running or waiting. */
  readonly inFlight: number;
  /** Refuses further requests; resolves when all admitted ones have ended. */
  close(): Promise<void>;
}

/** Returns why a request is not admitted beside the others; undefined if it is. */
function refusal(
  claim: Claim,
  admitted: readonly Claim[],
  { maxRequests, maxUnits }: AdmissionLimits,
): Problem | undefined {
  const maxOwn = maxOwnShare(maxUnits);
  if (claim.units > maxOwn) {
    return new Problem(
      "too-much-work",
      `The request asks for ${claim.units} units of work; at most ${maxOwn} are answered at once.`,
    );
  }
  if (admitted.length < maxRequests && !exceedsUnits(claim, admitted, maxUnits)) return undefined;
  const own = unitsOf(admitted.filter(({ caller }) => caller === claim.caller));
  const all = `${admitted.length} requests with ${unitsOf(admitted)} units of work`;
  return new Problem("overloaded", `${all}, ${own} of them this caller's, are running or waiting.`);
}

/** Creates an admission control with nothing in flight. */
export function createAdmission(limits: AdmissionLimits): Admission {
  const admitted = new Set<Claim>();
  const drained = Promise.withResolvers<void>();
  let isOpen = true;
  return {
    admit: async (claim, work) => {
      if (!isOpen) throw new Problem("overloaded", "The server is shutting down.");
      const refused = refusal(claim, [...admitted], limits);
      if (refused !== undefined) throw refused;
      const own = { ...claim };
      admitted.add(own);
      try {
        return await work();
      } finally {
        admitted.delete(own);
        if (!isOpen && admitted.size === 0) drained.resolve();
      }
    },
    get isOpen() {
      return isOpen;
    },
    get inFlight() {
      return admitted.size;
    },
    close: () => {
      isOpen = false;
      if (admitted.size === 0) drained.resolve();
      return drained.promise;
    },
  };
}

import { Problem } from "../contract/problems.ts";

/** Limits of an admission control; they count requests that run and that wait. */
export interface AdmissionLimits {
  /** Maximum number of requests: each holds an image. */
  readonly maxRequests: number;
  /** Maximum units of work (`contract/work-units.ts`). A single caller may have half of them in progress. */
  readonly maxUnits: number;
}

/** A request to be admitted. */
export interface AdmissionClaim {
  readonly caller: string;
  readonly units: number;
}

/** Admission control: limits the work in flight, and refuses all once it is closed. */
export interface Admission {
  /**
   * Runs `work` if the request is admitted. Throws `overloaded` if it is not, and `too-much-work` for more than half of all units, which would never
   * be admitted.
   */
  admit<Result>(claim: AdmissionClaim, work: () => Promise<Result>): Promise<Result>;
  readonly isOpen: boolean;
  /** Number of admitted requests, running or waiting. */
  readonly inFlight: number;
  /** Refuses further requests; resolves when all admitted ones have ended. */
  close(): Promise<void>;
}

/** Returns why a request is not admitted beside the others; undefined if it is. */
function refusal(
  { caller, units }: AdmissionClaim,
  admitted: ReadonlySet<AdmissionClaim>,
  { maxRequests, maxUnits }: AdmissionLimits,
): Problem | undefined {
  const maxOwn = Math.max(1, Math.floor(maxUnits / 2));
  const sumOf = (claims: readonly AdmissionClaim[]): number => claims.reduce((sum, claim) => sum + claim.units, 0);
  const all = sumOf([...admitted]);
  const own = sumOf([...admitted].filter((claim) => claim.caller === caller));
  if (units > maxOwn) {
    return new Problem(
      "too-much-work",
      `The request asks for ${units} units of work; at most ${maxOwn} are answered at once.`,
    );
  }
  const isOver = admitted.size >= maxRequests || all + units > maxUnits || own + units > maxOwn;
  const busy = `${admitted.size} requests with ${all} units of work, ${own} of them this caller's, are running or waiting.`;
  return isOver ? new Problem("overloaded", busy) : undefined;
}

/** Creates an admission control with nothing in flight. */
export function createAdmission(limits: AdmissionLimits): Admission {
  const admitted = new Set<AdmissionClaim>();
  const drained = Promise.withResolvers<void>();
  let isOpen = true;
  return {
    admit: async (claim, work) => {
      if (!isOpen) throw new Problem("overloaded", "The server is shutting down.");
      const refused = refusal(claim, admitted, limits);
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

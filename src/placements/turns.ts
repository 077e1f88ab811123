import { generationUnits } from "../contract/work-units.ts";
import type { GenerateRequest } from "../inference/backend.ts";
import type { BackendTimer } from "../runtime/backend-timer.ts";
import type { Claim } from "../scheduling/fair-queue.ts";
import type { Lease, ModelClaim, ModelQueueOptions } from "./model-queue.ts";

/** Returns whose work a generation is, and how much. */
export function workOf({ prompts, decoding, trace }: GenerateRequest): Claim {
  return { caller: trace?.caller ?? "", units: generationUnits(prompts.length, decoding) };
}

/** Returns the claim of a generation. */
export function claimOf(request: GenerateRequest, check: () => void): ModelClaim {
  return { ...workOf(request), bytes: request.image.bytes.length, check };
}

/** Dependencies of `createTurns`. */
export interface TurnOptions extends Pick<ModelQueueOptions, "sleep">, Pick<ModelClaim, "check"> {
  readonly timer: BackendTimer;
}

/** What a request that holds the model awaits again and again. */
export interface Turns {
  /** Renews the lease, lets the event loop run and checks for cancellation: every few decoder steps. */
  readonly pause: () => Promise<void>;
  /**
   * Awaited before each batch, when the request has nothing in the model's memory. Between two batches it lets others use the model; not before the
   * first, so that a small request is answered in one turn.
   */
  readonly beforeBatch: () => Promise<void>;
}

/** Creates the pauses of a request; time for which others use the model counts as `queue`. */
export function createTurns(lease: Lease, { sleep, check, timer }: TurnOptions): Turns {
  const pause = async (): Promise<void> => {
    lease.renew();
    await sleep(0);
    check();
  };
  let isFirst = true;
  return {
    pause,
    beforeBatch: async () => {
      await pause();
      if (isFirst) {
        isFirst = false;
        return;
      }
      timer.end("encode");
      await lease.giveWay();
      timer.end("queue");
    },
  };
}

import { DurableObject } from "cloudflare:workers";
import type { CoalescedResult, JoinReply, JoinRequest } from "../src/cache/coordinator-state.ts";
import { type Coordinator, createCoordinator } from "../src/cache/coordinator.ts";

/**
 * One Durable Object per key of coalesced work; `src/cache/coordinator-state.ts` has the rules. Its state is in memory only: work that is
 * interrupted is done again.
 */
export class RequestCoordinator extends DurableObject implements Coordinator {
  readonly #coordinator = createCoordinator({
    now: Date.now,
    sleep: (milliseconds) => scheduler.wait(milliseconds),
  });

  join(request: JoinRequest): Promise<JoinReply> {
    return this.#coordinator.join(request);
  }

  renew(participant: string): Promise<void> {
    return this.#coordinator.renew(participant);
  }

  complete(participant: string, result: CoalescedResult): Promise<void> {
    return this.#coordinator.complete(participant, result);
  }

  release(participant: string): Promise<void> {
    return this.#coordinator.release(participant);
  }
}

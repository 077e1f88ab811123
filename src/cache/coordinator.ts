import {
  type CoalescedResult,
  type CoordinatorEvent,
  initialState,
  type JoinReply,
  type JoinRequest,
  nextTimeoutMs,
  stepCoordinator,
} from "./coordinator-state.ts";
import type { Timers } from "./single-flight.ts";

/** Decides which isolate does the work of one key; each key has its own coordinator. Remote implementations may reject every call. */
export interface Coordinator {
  /** Replies at once with the lease or an existing result; otherwise as soon as one of them is available, or after `waitMs`. */
  join(request: JoinRequest): Promise<JoinReply>;
  /** Extends the leader's lease. */
  renew(participant: string): Promise<void>;
  /** Reports the result of the work. */
  complete(participant: string, result: CoalescedResult): Promise<void>;
  /** Gives up the lease without a result. */
  release(participant: string): Promise<void>;
}

/** Creates a coordinator in memory, with a timer for the expiry of leases and requests. */
export function createCoordinator({ now, sleep }: Timers): Coordinator {
  const pending = new Map<string, (reply: JoinReply) => void>();
  let state = initialState;
  let timeoutMs = Infinity;
  const setTimer = async (): Promise<void> => {
    const nextMs = nextTimeoutMs(state) ?? Infinity;
    if (nextMs >= timeoutMs) return;
    timeoutMs = nextMs;
    await sleep(Math.max(0, nextMs - now()));
    if (timeoutMs !== nextMs) return;
    timeoutMs = Infinity;
    dispatch({ type: "tick" });
  };
  const dispatch = (event: CoordinatorEvent): void => {
    const step = stepCoordinator(state, event, now());
    ({ state } = step);
    for (const { participant, reply } of step.replies) {
      pending.get(participant)?.(reply);
      pending.delete(participant);
    }
    void setTimer();
  };
  return {
    join: (request) =>
      new Promise((resolve) => {
        pending.set(request.participant, resolve);
        dispatch({ type: "join", ...request });
      }),
    renew: async (participant) => dispatch({ type: "renew", participant }),
    complete: async (participant, result) => dispatch({ type: "complete", participant, result }),
    release: async (participant) => dispatch({ type: "release", participant }),
  };
}

import { Problem } from "../contract/problems.ts";
import { refusesRequest } from "../contract/whole-request.ts";

/** Orders the holds of one request, which may ask for several things at once. */
export interface HoldOrder {
  /** Runs a hold, after the first one of the request; `isContinued` says that the request was counted. Throws what refused the request as a whole. */
  run<Reply>(hold: (isContinued: boolean) => Promise<Reply | Problem>): Promise<Reply | Problem>;
}

/** Creates the order of one request: the first hold goes alone, since it counts the request and may refuse it. */
export function createHoldOrder(): HoldOrder {
  let first: Promise<unknown> | undefined;
  let isCounted = false;
  let refusal: Problem | undefined;
  const run: HoldOrder["run"] = async (hold) => {
    if (refusal !== undefined) return refusal;
    const reply = await hold(isCounted);
    isCounted = true;
    if (reply instanceof Problem && refusesRequest(reply)) refusal = reply;
    return reply;
  };
  return {
    run: async (hold) => {
      if (first !== undefined) {
        await first;
        return run(hold);
      }
      const running = run(hold);
      first = running.catch(() => undefined);
      return running;
    },
  };
}

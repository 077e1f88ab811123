import { Problem } from "../contract/problems.ts";
import { refusesRequest } from "../contract/whole-request.ts";

/** Orders the holds of one request, which may ask for several things at once. */
export interface HoldOrder {
  /** Runs a hold, after the first one of the request; `isContinued` says that the request was counted. Throws what refused the request as a whole. */
  run<Reply>(hold: (isContinued: boolean) => Promise<Reply | Problem>): Promise<Reply | Problem>;
}

/**
 * Creates the order of one request: the first hold goes alone, since it counts the request and may refuse it. `isStrict`: each of the others waits for the one
 * before it too, since what it may cost depends on what those have held.
 */
export function createHoldOrder(isStrict: boolean): HoldOrder {
  let before: Promise<unknown> | undefined;
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
    run: (hold) => {
      const running = before === undefined ? run(hold) : before.then(() => run(hold));
      if (before === undefined || isStrict) before = running.catch(() => undefined);
      return running;
    },
  };
}

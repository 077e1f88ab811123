import { DurableObject } from "cloudflare:workers";
import { createFlightDesk, type FlightDesk } from "../src/cache/coordinator.ts";
import type { FlightAnswer, FlightOutcome, FlightQuestion } from "../src/cache/coordinator-state.ts";

/**
 * A Durable Object for each piece of work: where the isolates that want it meet. Its line is in memory alone, since work that is interrupted is
 * done anew; and so is all that it holds. `src/cache/flight-line.ts` has the rules.
 */
export class Flights extends DurableObject implements FlightDesk {
  readonly #desk = createFlightDesk({ now: Date.now, sleep: (milliseconds) => scheduler.wait(milliseconds) });

  ask(question: FlightQuestion): Promise<FlightAnswer> {
    return this.#desk.ask(question);
  }

  renew(member: string): Promise<void> {
    return this.#desk.renew(member);
  }

  end(member: string, outcome: FlightOutcome): Promise<void> {
    return this.#desk.end(member, outcome);
  }

  leave(member: string): Promise<void> {
    return this.#desk.leave(member);
  }
}

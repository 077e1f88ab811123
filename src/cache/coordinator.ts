import {
  emptyLine,
  type FlightAnswer,
  type FlightEvent,
  type FlightOutcome,
  type FlightQuestion,
  nextMoment,
  stepFlight,
} from "./coordinator-state.ts";
import type { FlightWorld } from "./single-flight.ts";

/** Where the isolates of the world agree who does one piece of work. From afar, every method may reject. */
export interface FlightDesk {
  /** Answered at once where it is the member's turn or the work is done, else when that comes or the member's patience is over. */
  ask(question: FlightQuestion): Promise<FlightAnswer>;
  /** A leader says that it lives. */
  renew(member: string): Promise<void>;
  /** The work is done, or has failed for all. */
  end(member: string, outcome: FlightOutcome): Promise<void>;
  /** A leader gives its turn back. */
  leave(member: string): Promise<void>;
}

/** A desk in memory: one line, and an alarm for when time alone changes it. */
export function createFlightDesk({ now, sleep }: FlightWorld): FlightDesk {
  const asking = new Map<string, (answer: FlightAnswer) => void>();
  let line = emptyLine;
  let alarmMs = Infinity;
  const setAlarm = async (): Promise<void> => {
    const moment = nextMoment(line) ?? Infinity;
    if (moment >= alarmMs) return;
    alarmMs = moment;
    await sleep(Math.max(0, moment - now()));
    if (alarmMs !== moment) return;
    alarmMs = Infinity;
    take({ type: "tick" });
  };
  const take = (event: FlightEvent): void => {
    const step = stepFlight(line, event, now());
    ({ line } = step);
    for (const { member, answer } of step.told) {
      asking.get(member)?.(answer);
      asking.delete(member);
    }
    void setAlarm();
  };
  return {
    ask: (question) =>
      new Promise((resolve) => {
        asking.set(question.member, resolve);
        take({ type: "ask", ...question });
      }),
    renew: async (member) => take({ type: "renew", member }),
    end: async (member, outcome) => take({ type: "end", member, outcome }),
    leave: async (member) => take({ type: "leave", member }),
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Observation } from "./observation.ts";
import { type Question, questionOf } from "./questions.ts";

/** Clients at once. */
const CLIENTS = 8;

/** How often a question is sent at most: after a refusal, or when nobody knows what became of it. */
const MAX_SENDS = 4;

/** The wait before it is sent again, in milliseconds: long enough that a process can start meanwhile. */
const AGAIN_MS = 150;

/** Refusals that are final: nothing changes by asking again. */
const FINAL: ReadonlySet<string> = new Set(["insufficient-credits", "idempotency-in-progress"]);

/** What the clients do. */
export interface ClientsOptions {
  readonly seed: number;
  /** They stop when so many answers were told what they cost. */
  readonly answers: number;
  readonly send: (question: Question) => Promise<Observation>;
  /** Resolves when the API takes requests. */
  readonly open: () => Promise<void>;
}

/** Clients that ask questions, and what they have seen. */
export function createClients({ seed, answers, send, open }: ClientsOptions) {
  const observations: Observation[] = [];
  const told: Observation[] = [];
  let next = 0;
  const ask = async (question: Question): Promise<void> => {
    for (let sends = 0; sends < MAX_SENDS; sends += 1) {
      if (sends > 0) await sleep(AGAIN_MS);
      await open();
      const observation = await send(question);
      observations.push(observation);
      if (observation.told !== undefined) told.push(observation);
      if (observation.outcome === "answered" || FINAL.has(observation.code ?? "")) return;
    }
  };
  const client = async (): Promise<void> => {
    while (told.length < answers) {
      next += 1;
      await ask(questionOf(seed, next - 1));
    }
  };
  return {
    count: (): number => told.length,
    run: async (): Promise<readonly Observation[]> => {
      await Promise.all(Array.from({ length: CLIENTS }, client));
      return observations;
    },
  };
}

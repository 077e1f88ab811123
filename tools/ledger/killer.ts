import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../test/support/random.ts";

/** What is killed again and again. */
export interface Victim {
  restart(): Promise<void>;
}

/** How often something is killed, and when. */
export interface KillPlan {
  readonly kills: number;
  /** Kills come at random counts of answers below this one. */
  readonly answers: number;
  readonly random: Random;
  /** The number of answers so far. */
  readonly count: () => number;
  /** Whether nothing more comes: then the rest of the kills are not made. */
  readonly isOver: () => boolean;
}

/** The longest time from the count of answers to the kill, in milliseconds: requests do not end together. */
const MAX_DELAY_MS = 40;
const POLL_MS = 2;

/** Kills at random moments; each time, the next waits until the victim runs again. Returns how often. */
export async function killAtRandom(
  victim: Victim,
  { kills, answers, random, count, isOver }: KillPlan,
): Promise<number> {
  const moments = Array.from({ length: kills }, () => random.below(answers)).sort((one, other) => one - other);
  let done = 0;
  for (const moment of moments) {
    while (count() < moment && !isOver()) await sleep(POLL_MS);
    await sleep(random.below(MAX_DELAY_MS));
    if (isOver()) return done;
    await victim.restart();
    done += 1;
  }
  return done;
}

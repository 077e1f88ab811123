import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { type Diary, type SentRequest, services } from "./services.ts";

const SCRIPT = join(import.meta.dirname, "../../../../integrations/google-sheets/florence.js");

/** What happens in a sheet: its script properties, and the formulas that are calculated one after the other. */
export interface Scenario {
  readonly properties: Readonly<Record<string, string>>;
  /** The arguments of each `=FLORENCE(…)`. */
  readonly formulas: readonly (readonly unknown[])[];
  /** How long each group of requests seems to take. */
  readonly fetchMs?: number;
}

/** What the cells show, and what the script did for them. */
export interface Outcome {
  readonly cells: readonly unknown[];
  /** The groups of requests that were sent at once. */
  readonly fetched: readonly (readonly SentRequest[])[];
  readonly sleptMs: readonly number[];
}

/** Runs the script as Google does: alone in its realm, with Apps Script's services and none of Node's. */
async function calculate({ properties, formulas, fetchMs = 100 }: Scenario): Promise<Outcome> {
  const diary: Diary = { fetched: [], sleptMs: [], cache: new Map() };
  const context = createContext(services(diary, properties, { now: 0, fetchMs }));
  runInContext(await readFile(SCRIPT, "utf8"), context, { filename: SCRIPT });
  const cells = formulas.map((given) => {
    const call = `FLORENCE(...${JSON.stringify(given)})`;
    return JSON.parse(runInContext(`JSON.stringify(${call})`, context));
  });
  return { cells, fetched: diary.fetched, sleptMs: diary.sleptMs };
}

/** Calculates a sheet in a process of its own, because the script's requests block it. */
export async function sheet(scenario: Scenario): Promise<Outcome> {
  const running = promisify(execFile)(process.execPath, [import.meta.filename], { maxBuffer: 1 << 26 });
  running.child.stdin?.end(JSON.stringify(scenario));
  return JSON.parse((await running).stdout);
}

if (import.meta.main) {
  const scenario: Scenario = JSON.parse(await text(process.stdin));
  process.stdout.write(JSON.stringify(await calculate(scenario)));
}

import { setTimeout as sleep } from "node:timers/promises";
import { startSoupBackend } from "../../test/support/fuzz/soup-backend.ts";

/** What the process says once it listens. */
export interface Listening {
  readonly url: string;
}

/** The longest pause before a part of an answer, in milliseconds: about as long as all else that a request waits for, so that kills meet it. */
const MAX_PAUSE_MS = 6;

// It ends with the process that started it.
process.once("disconnect", () => process.exit());
const { url } = await startSoupBackend({
  port: Number(process.argv[2]),
  pause: () => sleep(Math.random() * MAX_PAUSE_MS),
});
const listening: Listening = { url: url.href };
process.send?.(listening);

import { UsageError } from "./run-command.ts";

/** The port that the README's examples use. */
const DEFAULT_PORT = "8787";
const MAX_PORT = 65_535;

/** Parses the API's port from the text of `PORT`. Throws `UsageError`. */
export function portFrom(text = DEFAULT_PORT): number {
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= MAX_PORT) return port;
  throw new UsageError(`PORT is ${JSON.stringify(text)}; it must be a number from 0 (a free one) to ${MAX_PORT}.`);
}

import { DatabaseSync } from "node:sqlite";

/** How long a reader waits for who writes, in milliseconds: a transaction of an object takes a thousandth of it. */
const BUSY_MS = 5000;

/** Opens a database that another process writes, to read it. */
export function openToRead(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
}

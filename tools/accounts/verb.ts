import type { AdminClient, AdminRequest } from "./admin-client.ts";
import type { AccountFlags } from "./flags.ts";

/** One use of the command. */
export interface AccountCall {
  readonly client: AdminClient;
  readonly flags: AccountFlags;
  /** What stands after the verb. */
  readonly words: readonly string[];
}

/** A verb: the names of its words, the options that mean something to it, and what it does. It returns what is printed with `--json`, and for a person. */
export interface AccountVerb {
  readonly words: readonly string[];
  /** Beside those of every verb. */
  readonly flags?: readonly (keyof AccountFlags)[];
  readonly run: (call: AccountCall) => Promise<Shown>;
}

/** What a verb returns: its reply, and the same for a person. */
export interface Shown {
  readonly json: unknown;
  readonly text: string;
}

/** Returns a request that changes something. */
export const post = (path: string, body?: object): AdminRequest => ({ method: "POST", path, ...(body && { body }) });

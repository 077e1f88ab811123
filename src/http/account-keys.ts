import type * as z from "zod";
import { formatKey, keyHash, type KeyMode, type KeyParts, lastFour, newKey } from "../accounts/key-codec.ts";
import type { AccountAdmin, KeyChange, NewKey } from "../accounts/ledger-admin.ts";
import type { KeyFacts } from "../accounts/ledger-port.ts";
import type { Refusal } from "../accounts/ledger-refusal.ts";
import type { NewKey as NewKeySchema } from "../contract/account-schemas.ts";
import type { NewKeyBody } from "../contract/admin-schemas.ts";
import type { KeyChangesBody } from "../contract/key-changes.ts";
import { accepted } from "./account-refusal.ts";
import type { AccountsOptions } from "./account-route.ts";
import { keyView } from "./account-views.ts";
import { invalidRequest } from "./invalid-request.ts";

/** Tries of an id that is free: there are 5 x 10^10, and an account has a thousand keys at most, so the first one is. */
const MAX_TRIES = 3;

/** Whose keys are made or ended. */
export interface KeysOf {
  readonly account: string;
  readonly ledger: AccountAdmin;
  /** What the keys begin with. */
  readonly mode: KeyMode;
}

type Make = (key: NewKey) => Promise<KeyFacts | Refusal>;

/** Makes a key, with an id that is free, and returns it as it is shown this once. */
async function makeKey(
  of: KeysOf,
  options: AccountsOptions,
  make: Make,
  tries = MAX_TRIES,
): Promise<z.infer<typeof NewKeySchema>> {
  const parts: KeyParts = newKey(of, options.random);
  const reply = await make({ id: parts.keyId, hash: await keyHash(parts), last4: lastFour(parts) });
  if (tries > 1 && "code" in reply && reply.code === "key-id-taken") return makeKey(of, options, make, tries - 1);
  return { ...keyView(accepted(reply), options.now()), key: formatKey(parts) };
}

function expiryOf(expires: string | undefined, nowMs: number): number | null {
  if (expires === undefined) return null;
  const expiresMs = Date.parse(expires);
  if (expiresMs > nowMs) return expiresMs;
  throw invalidRequest("expires", "Send a moment in the future.");
}

/** Creates a key. Throws `Problem`. */
export function createKey(of: KeysOf, options: AccountsOptions, body: z.infer<typeof NewKeyBody>) {
  const { name, expires, scopes, tasks, caps, rates, concurrency } = body;
  const terms = { scopes, tasks, caps, rates, concurrency };
  const expiresMs = expiryOf(expires, options.now());
  return makeKey(of, options, (key) => of.ledger.createKey({ ...key, name, terms, expiresMs }));
}

function unset<Value>(given: Value | "none" | undefined): Value | null | undefined {
  return given === "none" ? null : given;
}

/** Changes a key. `which` names it, and the key that asks. Throws `Problem`. */
export async function changeKey(
  { ledger }: Pick<KeysOf, "ledger">,
  { now }: Pick<AccountsOptions, "now">,
  which: Pick<KeyChange, "keyId" | "byKeyId">,
  body: z.infer<typeof KeyChangesBody>,
) {
  const { name, scopes, tasks, caps, rates, concurrency, expires } = body;
  const terms = {
    scopes,
    tasks: tasks === "all" ? null : tasks,
    caps: caps && { day: unset(caps.day), month: unset(caps.month), total: unset(caps.total) },
    rates,
    concurrency: unset(concurrency),
  };
  const given = unset(expires);
  const expiresMs = given === undefined || given === null ? given : expiryOf(given, now());
  return keyView(accepted(await ledger.changeKey({ ...which, name, terms, expiresMs })), now());
}

/** Makes the successor of a key. Throws `Problem`. */
export function rotateKey(of: KeysOf, options: AccountsOptions, keyId: string, graceSeconds: number) {
  const graceMs = graceSeconds * 1000;
  return makeKey(of, options, (successor) => of.ledger.rotateKey({ keyId, successor, graceMs }));
}

/** Lists keys, without the keys themselves. */
export async function listKeys({ ledger }: Pick<KeysOf, "ledger">, { now }: Pick<AccountsOptions, "now">) {
  const { keys } = accepted(await ledger.keys());
  return { keys: keys.map((key) => keyView(key, now())) };
}

/** Ends a key at once. Throws `unknown-id`. */
export async function revokeKey({ ledger }: Pick<KeysOf, "ledger">, { now }: Pick<AccountsOptions, "now">, id: string) {
  return keyView(accepted(await ledger.revokeKey(id)), now());
}

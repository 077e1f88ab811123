import type { RandomBytes } from "../accounts/base62.ts";
import { SECRET_OVERLAP_SECONDS } from "../contract/webhooks.ts";
import { readSecret, SECRET_BYTES, secretText, type WebhookSecret } from "./signature.ts";
import type { SecretRow } from "./tables.ts";

/** Most secrets that sign at once: whoever asks for more in a day loses the oldest. */
export const MAX_SECRETS = 4;

/** The secrets that sign now, the current one first. */
export function signingSecrets(rows: readonly SecretRow[], nowMs: number): readonly WebhookSecret[] {
  const valid = rows.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
  return valid.flatMap(({ secret }) => readSecret(secret) ?? []);
}

/** Puts a new secret before the others, which end after a while. */
export function rotated(rows: readonly SecretRow[], random: RandomBytes, nowMs: number) {
  const endMs = nowMs + SECRET_OVERLAP_SECONDS * 1000;
  const others = rows
    .filter(({ untilMs }) => untilMs === null || untilMs > nowMs)
    .map(({ secret, untilMs }) => ({ secret, untilMs: untilMs ?? endMs }));
  const secret = secretText(random(SECRET_BYTES));
  const kept: readonly SecretRow[] = [{ secret, untilMs: null }, ...others].slice(0, MAX_SECRETS);
  return { secret, rows: kept, othersEndMs: others.length === 0 ? null : endMs };
}

/** The secret of a job that no account owns: it follows from the job's id and the deployment's own HMAC key, and is stored nowhere. */
export async function derivedSecret(key: CryptoKey, job: string): Promise<WebhookSecret> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`webhook\0${job}`)));
}

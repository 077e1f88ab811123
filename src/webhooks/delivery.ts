import { type AttemptError, TEST_EVENT } from "../contract/webhooks.ts";
import type { DeliveryFacts, WebhookFacts } from "../contract/webhooks-port.ts";
import { ATTEMPT_LEASE_MS, nextAttemptMs } from "./schedule.ts";

/** What is told: the end of a job or a batch, or a test. */
export interface WebhookEvent {
  /** `webhook-id`: the same whoever is told, and however often. */
  readonly id: string;
  readonly type: DeliveryFacts["type"];
  /** The id of the job or batch; null for a test. */
  readonly job: string | null;
  /** When it happened, in milliseconds since 1970. */
  readonly atMs: number;
  /** What is told, as JSON; null: the job, as it is read when it is told. */
  readonly data: string | null;
  /** Whether an account owns the job: its secrets sign, and its webhooks are told. Otherwise the job has a secret of its own. */
  readonly isOwned: boolean;
}

/** Where an event is told. */
export interface Target {
  readonly url: string;
  /** The webhook that asked for it; null: the request did. */
  readonly webhook: string | null;
}

/** How an event is told to one address, as it is stored. Times are milliseconds since 1970. */
export interface DeliveryRow extends Omit<DeliveryFacts, "seq">, Pick<WebhookEvent, "data" | "isOwned"> {
  readonly webhook: string | null;
  readonly endedMs: number | null;
}

/** A delivery that has its place in the list. */
export type StoredDelivery = DeliveryRow & Pick<DeliveryFacts, "seq">;

/** How an attempt has ended: the receiver's status, or why there was none. */
export type AttemptOutcome = { readonly status: number } | { readonly error: AttemptError };

/** Errors that another attempt would have as well. */
const FINAL: ReadonlySet<AttemptError> = new Set<AttemptError>(["gone", "disabled", "job-deleted"]);

const GONE = 410;

/**
 * Returns the addresses that an event is told to: the one that the request named, and those of the account's webhooks that ask for its type. One that is there twice is told once.
 */
export function targetsOf(
  { type, isOwned }: Pick<WebhookEvent, "type" | "isOwned">,
  named: string | null,
  webhooks: readonly WebhookFacts[],
): readonly Target[] {
  const asking = isOwned ? webhooks.filter(({ events, disabledMs }) => disabledMs === null && isIn(events, type)) : [];
  const targets = asking.map(({ id, url }) => ({ url, webhook: id }));
  if (named === null || targets.some(({ url }) => url === named)) return targets;
  return [{ url: named, webhook: null }, ...targets];
}

function isIn(events: readonly string[], type: string): boolean {
  return events.includes(type);
}

/** A delivery that nobody has begun. */
export function newDelivery(
  { id, type, job, atMs, data, isOwned }: WebhookEvent,
  { url, webhook }: Target,
): DeliveryRow {
  return {
    id,
    type,
    job,
    url,
    webhook,
    data,
    isOwned,
    status: "pending",
    attempts: 0,
    nextMs: atMs,
    lastStatus: null,
    lastError: null,
    createdMs: atMs,
    endedMs: null,
  };
}

/** Begins an attempt; `isOff`: the webhook that asked for it is no longer there, or switched off. */
export function begun<Row extends DeliveryRow>(row: Row, isOff: boolean, nowMs: number): Row {
  if (isOff) return { ...row, status: "failed", lastError: "disabled", nextMs: null, endedMs: nowMs };
  return { ...row, attempts: row.attempts + 1, nextMs: nowMs + ATTEMPT_LEASE_MS };
}

function errorOf(outcome: AttemptOutcome): AttemptError | null {
  if ("error" in outcome) return outcome.error;
  const { status } = outcome;
  if (status >= 200 && status < 300) return null;
  if (status === GONE) return "gone";
  return status >= 300 && status < 400 ? "redirect" : "status";
}

/** Ends an attempt: the event is delivered, or told again later, or given up. */
export function ended<Row extends DeliveryRow>(
  row: Row,
  outcome: AttemptOutcome,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): Row {
  const lastError = errorOf(outcome);
  const told = { ...row, lastStatus: "status" in outcome ? outcome.status : null, lastError };
  if (lastError === null) return { ...told, status: "delivered", nextMs: null, endedMs: nowMs };
  const isFinal = FINAL.has(lastError) || row.type === TEST_EVENT;
  const nextMs = isFinal ? undefined : nextAttemptMs(row, nowMs, random);
  if (nextMs === undefined) return { ...told, status: "failed", nextMs: null, endedMs: nowMs };
  return { ...told, nextMs };
}

import type { AccountEntry } from "../../src/contract/account-schemas.ts";
import type { AuditReport } from "../../src/contract/admin-schemas.ts";
import type * as z from "zod";
import type { PaidRequests } from "./payments/payers.ts";
import type { Question } from "./questions.ts";
import type { TopUpTold } from "./top-ups.ts";

/** What an answer says that it cost. */
export interface Told {
  /** In micro-US-dollars. */
  readonly amount: number;
  /** The ids of its charges, where it says them. */
  readonly ids: readonly string[];
  readonly isRepeat: boolean;
  /** When it was read, in milliseconds since 1970. */
  readonly atMs: number;
}

/** What came of sending a question once. */
export interface Observation {
  readonly question: Question;
  /** The `X-Request-Id` that was sent, which no other request has: entries tell it. */
  readonly requestId: string;
  /** `answered` with status 200, completely; `refused` by a problem; `broken`: a stream that ended with a problem; `lost`: cut off, so that it is not known. */
  readonly outcome: "answered" | "refused" | "broken" | "lost";
  /** Undefined if not even the head of a response came. */
  readonly status: number | undefined;
  /** The code of the problem. */
  readonly code: string | undefined;
  /** Also of a stream that was cut off after its head. */
  readonly told: Told | undefined;
  /** The answers as text, in the order of the items; undefined for those that failed. */
  readonly answers: readonly (string | undefined)[];
}

/** An entry of an account. */
export type Entry = z.infer<typeof AccountEntry>;

/** What an account's books are after a campaign. */
export interface Books {
  readonly isPrepaid: boolean;
  /** Before all questions were asked again. */
  readonly before: readonly Entry[];
  /** After that. */
  readonly after: readonly Entry[];
  readonly balance: number;
  readonly held: number;
  readonly audit: z.infer<typeof AuditReport>;
}

/** All that is known after a campaign. */
export interface Campaign {
  readonly observations: readonly Observation[];
  /** Every item that was asked for from a cache, asked for again by the same account, after the deadlines. */
  readonly again: readonly Observation[];
  /** What was told of each payment that Stripe told of. */
  readonly topUps: readonly TopUpTold[];
  /** By account. */
  readonly books: readonly Books[];
  /** Holds that were stored after all deadlines, before anything else was asked. */
  readonly holdsLeft: number;
  /** The answers of an API without accounts, by the item's name. */
  readonly reference: ReadonlyMap<string, string | undefined>;
  /** What callers without an account have paid. */
  readonly paid: PaidRequests;
  readonly kills: number;
  readonly backendKills: number;
  /** How long the clients asked. */
  readonly seconds: number;
}

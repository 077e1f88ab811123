import * as z from "zod";
import { Day, Moment, Next, orNull, SignedMicroUsd, Unit } from "./account-fields.ts";
import { MicroUsd } from "./micro-usd.ts";
import { ProblemDetails } from "./problem-details.ts";
import { ScopeName } from "./scopes.ts";

/** `GET /v1/pricing`. */
export const Pricing = z
  .object({
    unit: Unit,
    revision: z.string().meta({ description: "Changes with any price; charges name the one that they were made by." }),
    rules: z.object({ failed: MicroUsd, repeat: MicroUsd, repeat_seconds: z.int() }).meta({
      description:
        "What is charged for a failure, and for a repeat: the same question of the same account within `repeat_seconds`.",
    }),
    batch_divisor: z.int().positive().meta({
      description:
        "What a prompt of a line of a batch (`/openai/v1/batches`) costs: its price, divided by this and rounded up.",
    }),
    work: z.object({ tokens_per_unit: z.int(), default_beams: z.int(), default_max_new_tokens: z.int() }).meta({
      description: "A prompt has `beams` x `max_new_tokens` / `tokens_per_unit` units, rounded up.",
    }),
    tasks: z.array(
      z.object({
        task: z.string(),
        path: z.string(),
        per_unit: MicroUsd,
        price: MicroUsd.meta({ description: "Of a prompt without options, in micro-US-dollars." }),
      }),
    ),
  })
  .meta({ id: "Pricing", description: "Each of several `labels` is a prompt of its own; images cost nothing." });

/** `POST /v1/quote`. */
export const Quote = z
  .object({
    unit: Unit,
    revision: z.string(),
    price: MicroUsd.meta({ description: "The most that the request can cost, in micro-US-dollars." }),
    batch_price: MicroUsd.meta({ description: "The same as a line of a batch (`/openai/v1/batches`)." }),
    items: z.array(z.object({ task: z.string(), prompts: z.int(), price: MicroUsd, problem: orNull(ProblemDetails) })),
  })
  .meta({ id: "Quote" });

const Rate = z.object({ name: z.string(), requests: z.int(), seconds: z.int() });

/** What a cap has left. */
const CapState = z.object({
  cap: orNull(MicroUsd),
  spent: SignedMicroUsd,
  resets: orNull(Moment).meta({ description: "The end of the period; null if it has none." }),
});

/** `GET /v1/me`. */
export const Me = z
  .object({
    account: z.object({ id: z.string(), name: z.string(), status: z.enum(["open", "closed"]) }),
    key: z.object({ id: z.string(), name: z.string(), last4: z.string(), expires: orNull(Moment) }),
    scopes: z.array(ScopeName),
    tasks: orNull(z.array(z.string())).meta({ description: "The only tasks of the key; null: all." }),
    unit: Unit,
    balance: SignedMicroUsd,
    held: MicroUsd.meta({ description: "Part of the balance that requests in progress have reserved." }),
    credit_limit: MicroUsd.meta({ description: "How far below 0 the balance may go." }),
    caps: z.object({ day: CapState, month: CapState, total: CapState }).meta({ description: "Of the key." }),
    account_cap: CapState.meta({ description: "Of the account, in a UTC month." }),
    rate: z.object({
      policies: z.array(Rate),
      concurrency: z.object({ limit: orNull(z.int()), in_progress: z.int() }),
    }),
  })
  .meta({ id: "Me" });

/** A key without its secret. */
export const Key = z
  .object({
    id: z.string(),
    name: z.string(),
    last4: z.string().meta({ description: "The last four characters of the key." }),
    status: z.enum(["active", "expired", "revoked"]),
    scopes: z.array(ScopeName),
    tasks: orNull(z.array(z.string())),
    caps: z.object({ day: orNull(MicroUsd), month: orNull(MicroUsd), total: orNull(MicroUsd) }),
    rates: z.array(Rate),
    concurrency: orNull(z.int()),
    created: Moment,
    expires: orNull(Moment),
    revoked: orNull(Moment),
    successor: orNull(z.string()).meta({ description: "Id of the key that replaces this one." }),
    retires: orNull(Moment).meta({ description: "When a key that was rotated ends." }),
  })
  .meta({ id: "Key" });

/** A key that was just made. */
export const NewKey = Key.extend({
  key: z.string().meta({ description: "The key itself. It is shown only now: keep it." }),
}).meta({ id: "NewKey" });

/** `GET …/keys`. */
export const KeyList = z.object({ keys: z.array(Key) }).meta({ id: "KeyList" });

const usageCounts = {
  answers: z.int().meta({ description: "Generations that were charged." }),
  charged: MicroUsd,
  refunded: MicroUsd.meta({ description: "Part of `charged` that was given back, on whichever day." }),
  net: SignedMicroUsd.meta({ description: "`charged` less `refunded`." }),
};

/** A row of usage: the fields that it is grouped by are there, the others are null. */
export const UsageRow = z.object({
  day: orNull(Day),
  task: orNull(z.string()),
  key: orNull(z.string()),
  ...usageCounts,
});

/** `GET …/usage`. */
export const Usage = z
  .object({ unit: Unit, from: Day, to: Day, rows: z.array(UsageRow), next: Next })
  .meta({ id: "UsageReport" });

/** An entry of an account. `amount` is what it changes the balance by: negative for charges. */
export const AccountEntry = z
  .object({
    seq: z.int().meta({ description: "Grows with each entry of the account." }),
    kind: z.enum(["grant", "top-up", "charge", "refund", "adjust", "reversal"]),
    id: z
      .string()
      .meta({ description: "Of a charge or its refund: the charge's id; else what the entry was made for." }),
    amount: SignedMicroUsd,
    task: orNull(z.string()),
    key: orNull(z.string()),
    request_id: orNull(z.string()),
    price_revision: orNull(z.string()),
    at: Moment,
  })
  .meta({ id: "AccountEntry", description: "`amount` is what it changes the balance by: negative for charges." });

/** `GET …/charges`, `GET …/entries`. */
export const EntryList = z.object({ unit: Unit, entries: z.array(AccountEntry), next: Next }).meta({ id: "EntryList" });

/** `GET /v1/charges/{id}`. */
export const ChargeHistory = z
  .object({ unit: Unit, id: z.string(), entries: z.array(AccountEntry) })
  .meta({ id: "ChargeHistory", description: "The charges under one id, and what was given back, newest first." });

import * as z from "zod";
import { AccountName, Moment, Next, orNull, SignedMicroUsd, Unit } from "./account-fields.ts";
import { KeyExpiry, KeyTerms } from "./key-terms.ts";
import { GivenMicroUsd, LimitMicroUsd, MicroUsd, MAX_AMOUNT } from "./micro-usd.ts";

/** Longest time for which a rotated key stays valid beside its successor, in seconds: 30 days, in which programs are deployed anew. */
export const MAX_GRACE_SECONDS = 30 * 24 * 60 * 60;

/** The same if the request does not say it: a day. */
export const DEFAULT_GRACE_SECONDS = 24 * 60 * 60;

/** The body of a request for a new key. */
export const NewKeyBody = KeyTerms.safeExtend({ name: AccountName.default("key"), expires: KeyExpiry.optional() }).meta(
  {
    id: "NewKeyRequest",
  },
);

const grace = `Send a whole number from 0 to ${MAX_GRACE_SECONDS}.`;

/** The body of a request to rotate a key. */
export const RotateBody = z
  .strictObject({
    grace_seconds: z
      .int(grace)
      .min(0, grace)
      .max(MAX_GRACE_SECONDS, grace)
      .default(DEFAULT_GRACE_SECONDS)
      .meta({ description: "How long the old key stays valid beside the new one." }),
  })
  .meta({ id: "RotateRequest" });

const terms = {
  mode: z
    .enum(["prepaid", "postpaid"])
    .meta({ description: "`postpaid`: the account is billed later for its charges." }),
  money: z
    .enum(["live", "test"])
    .meta({ description: "`test`: it has play money, and all its keys begin with fe_test_. It never changes." }),
  credit_limit: LimitMicroUsd.meta({ description: "How far below 0 the balance may go, in micro-US-dollars." }),
};

/** The body of a request for a new account. */
export const NewAccountBody = z
  .strictObject({
    name: AccountName,
    mode: terms.mode.default("prepaid"),
    money: terms.money.default("live"),
    credit_limit: terms.credit_limit.default(0),
    cap_month: LimitMicroUsd.optional().meta({ description: "The most that it may spend in a UTC month." }),
  })
  .meta({ id: "NewAccountRequest" });

/** The body of a request to change an account. null means, as everywhere, that a field is not set; so no cap is written out. */
export const AccountChangesBody = z
  .strictObject({
    name: AccountName.optional(),
    mode: terms.mode.optional(),
    credit_limit: terms.credit_limit.optional(),
    cap_month: z
      .union([LimitMicroUsd, z.literal("none")], "Send micro-US-dollars, or none.")
      .optional()
      .meta({ description: "The most that it may spend in a UTC month; `none` removes it." }),
  })
  .meta({ id: "AccountChangesRequest" });

/** The body of a request to give credits. */
export const GrantBody = z
  .strictObject({
    amount: GivenMicroUsd,
  })
  .meta({ id: "GrantRequest" });

/** The body of a request to correct a balance. */
export const AdjustBody = z
  .strictObject({
    amount: z
      .int("Send a whole number of micro-US-dollars: -1000000 takes one dollar.")
      .min(-MAX_AMOUNT, `Send at least -${MAX_AMOUNT} micro-US-dollars.`)
      .max(MAX_AMOUNT, `Send at most ${MAX_AMOUNT} micro-US-dollars.`)
      .refine((amount) => amount !== 0, "Send an amount other than 0.")
      .meta({ description: "Micro-US-dollars; negative to take credits away." }),
  })
  .meta({ id: "AdjustRequest" });

/** The id of a charge. */
export const ChargeId = z
  .string("Send the id of a charge.")
  .regex(/^chg_[0-9a-f]{32}$/, "Send the id of a charge: chg_…");

/** The body of a request to give a charge back. */
export const RefundBody = z.strictObject({ charge: ChargeId }).meta({ id: "RefundRequest" });

/** An account as the operator sees it. */
export const Account = z
  .object({
    id: z.string(),
    name: z.string(),
    mode: terms.mode,
    money: terms.money,
    status: z.enum(["open", "closed"]),
    unit: Unit,
    balance: SignedMicroUsd,
    held: MicroUsd,
    credit_limit: MicroUsd,
    cap_month: orNull(MicroUsd),
    created: Moment,
  })
  .meta({ id: "Account" });

/** The list of all accounts. */
export const AccountList = z
  .object({ accounts: z.array(z.object({ id: z.string(), name: z.string(), created: Moment })), next: Next })
  .meta({ id: "AccountList" });

/** Credits that were given, now or by the same request before. */
export const Granted = z
  .object({ unit: Unit, seq: z.int(), amount: MicroUsd, repeat: z.boolean(), balance: SignedMicroUsd })
  .meta({ id: "Granted" });

/** A balance that was corrected, now or by the same request before. */
export const Adjusted = Granted.extend({ amount: SignedMicroUsd }).meta({ id: "Adjusted" });

/** A charge that was given back, now or before. */
export const Refunded = z
  .object({ unit: Unit, charge: ChargeId, amount: MicroUsd, repeat: z.boolean(), balance: SignedMicroUsd })
  .meta({ id: "Refunded" });

/** What an audit of an account's tables has found. */
export const AuditReport = z
  .object({
    unit: Unit,
    balance: SignedMicroUsd,
    entries: z.int(),
    holds: z.int(),
    violations: z.array(z.object({ rule: z.string(), found: z.string() })).meta({
      description: "Rules of the ledger that its tables contradict. Empty if all is well.",
    }),
  })
  .meta({ id: "AuditReport" });

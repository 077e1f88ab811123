/** What a payment is for: an answer, or credits of an account. */
export type PaymentKind = "request" | "top-up";

/** What binds a payment: nothing else can be had for it. */
interface Bound {
  readonly kind: PaymentKind;
  /** Digest of what is asked for. */
  readonly fingerprint: string;
  /** Digest of the signature: the nonce alone is public once it is settled. */
  readonly signature: string;
  /** When the authorization ends, in milliseconds since 1970. */
  readonly expiresMs: number;
}

/** Whose turn it is. `holder` is a random id of one request, `leaseMs` when another may take over. */
interface Held extends Bound {
  readonly holder: string;
  readonly leaseMs: number;
}

/**
 * The state of a payment; without one it is void: it was never used, or let go unsettled.
 * `claimed`: a request works for it. `settling`: the facilitator was or may have been asked to settle it, so the money may have moved; `isUncertain` says that
 * a call of it ended, or may have ended, without an outcome. `settled`: the facilitator said so, or the chain.
 */
export type Claim =
  | (Held & { readonly state: "claimed" })
  | (Held & { readonly state: "settling"; readonly isUncertain: boolean })
  | (Bound & {
      readonly state: "settled";
      readonly transaction: string;
      /** How often it was answered again, or is being so. */
      readonly repeats: number;
      /** Whether a top-up has been written to its account. */
      readonly isDone: boolean;
    });

/** How often the answer to a settled payment is given again: its own loss is forgiven, and the model is not anybody's for one price. */
export const MAX_REPEATS = 10;

/** How long after its end a payment is kept, in milliseconds: a day, for repeats as an account has them. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

/** A request wants to use a payment. */
export interface ClaimRequest extends Bound {
  readonly holder: string;
  /** How long the request may take, in milliseconds. */
  readonly leaseForMs: number;
}

/** Why a payment cannot be used now. `in-progress`: by the same request; `other`: it is another's; `spent`: it has been answered `MAX_REPEATS` times again. */
export type InUse = "in-progress" | "other" | "spent";

/** `claimed`: work may begin. `unsettled`: work was done before, and the outcome of its settlement is not known: that is settled first. `isDone`: the credits of a top-up are written. */
export type ClaimReply =
  | { readonly type: "claimed" }
  | { readonly type: "unsettled" }
  | { readonly type: "settled"; readonly transaction: string; readonly isDone: boolean }
  | { readonly type: "in-use"; readonly reason: InUse };

/**
 * How it ended. `refused`: the facilitator says that the money did not move; `isProven` if the chain says that it never will. `unknown`: nobody knows. `done`: the
 * credits of a top-up are written. `unanswered`: a repeat of a settled request has no answer, through our fault, so that it does not count.
 */
export type Ending =
  | { readonly type: "settled"; readonly transaction: string }
  | { readonly type: "refused"; readonly isProven: boolean }
  | { readonly type: "unknown" }
  | { readonly type: "done" }
  | { readonly type: "unanswered" };

/** The state after an ending; `lost` if another request has taken over, or nothing was there to end. */
export type EndReply = "settled" | "void" | "unsettled" | "lost";

/** A payment's object, from outside. Each verb may be repeated by the same holder. */
export interface PaymentClaim {
  claim(request: ClaimRequest): Promise<ClaimReply>;
  /** From now on the money may have moved. False if another request has taken over. */
  beginSettling(holder: string, leaseForMs: number): Promise<boolean>;
  end(holder: string, ending: Ending): Promise<EndReply>;
}

/** A reply, and the state that it leaves. */
interface Step<Reply> {
  readonly reply: Reply;
  readonly claim: Claim | undefined;
}

/** Whether a request asks for what a payment is bound to. */
function isSame(claim: Bound, { kind, fingerprint, signature }: Bound): boolean {
  return claim.kind === kind && claim.fingerprint === fingerprint && claim.signature === signature;
}

function inUse(claim: Claim, reason: InUse): Step<ClaimReply> {
  return { reply: { type: "in-use", reason }, claim };
}

/** Decides whether a request may use a payment. */
export function decideClaim(claim: Claim | undefined, request: ClaimRequest, nowMs: number): Step<ClaimReply> {
  const { leaseForMs, ...bound } = request;
  const held = { ...bound, leaseMs: nowMs + leaseForMs };
  if (claim === undefined) return { reply: { type: "claimed" }, claim: { ...held, state: "claimed" } };
  const isOwn = isSame(claim, request);
  if (claim.state === "settled") return decideRepeat(claim, isOwn);
  const isRepeated = isOwn && claim.holder === request.holder;
  if (claim.leaseMs > nowMs && !isRepeated) return inUse(claim, isOwn ? "in-progress" : "other");
  if (claim.state === "claimed") return { reply: { type: "claimed" }, claim: { ...held, state: "claimed" } };
  if (!isOwn) return inUse(claim, "other");
  return { reply: { type: "unsettled" }, claim: { ...held, state: "settling", isUncertain: true } };
}

function decideRepeat(claim: Claim & { readonly state: "settled" }, isOwn: boolean): Step<ClaimReply> {
  if (!isOwn) return inUse(claim, "other");
  // What a top-up gives is the same however often it is asked for.
  if (claim.kind === "request" && claim.repeats >= MAX_REPEATS) return inUse(claim, "spent");
  return {
    reply: { type: "settled", transaction: claim.transaction, isDone: claim.isDone },
    claim: { ...claim, repeats: claim.repeats + 1 },
  };
}

/** Decides whether a request may have its payment settled. */
export function decideSettling(
  claim: Claim | undefined,
  holder: string,
  { leaseForMs, nowMs }: { readonly leaseForMs: number; readonly nowMs: number },
): Step<boolean> {
  if (claim === undefined || claim.state === "settled" || claim.holder !== holder) return { reply: false, claim };
  const isUncertain = claim.state === "settling" && claim.isUncertain;
  return { reply: true, claim: { ...claim, state: "settling", isUncertain, leaseMs: nowMs + leaseForMs } };
}

type Settling = Claim & { readonly state: "settling" };

/** What becomes of a settlement. That it succeeded is a fact, whoever tells it; anything else only its holder can say. */
function endSettling(claim: Settling, holder: string, ending: Ending): Step<EndReply> {
  const { holder: _holder, leaseMs: _lease, isUncertain, ...bound } = claim;
  if (ending.type === "settled") {
    const { transaction } = ending;
    return { reply: "settled", claim: { ...bound, state: "settled", transaction, repeats: 0, isDone: false } };
  }
  if (claim.holder !== holder) return { reply: "lost", claim };
  if (ending.type === "unanswered") return { reply: "lost", claim };
  // After a call whose outcome is not known, a refusal says nothing of that call.
  if (ending.type === "refused" && (!isUncertain || ending.isProven)) return { reply: "void", claim: undefined };
  return { reply: "unsettled", claim: { ...claim, isUncertain: true, leaseMs: 0 } };
}

function endSettled(claim: Claim & { readonly state: "settled" }, { type }: Ending): Claim {
  if (type === "done") return { ...claim, isDone: true };
  return type === "unanswered" ? { ...claim, repeats: Math.max(0, claim.repeats - 1) } : claim;
}

/** Decides how the use of a payment ends. */
export function decideEnd(claim: Claim | undefined, holder: string, ending: Ending): Step<EndReply> {
  if (claim === undefined) return { reply: ending.type === "refused" ? "void" : "lost", claim };
  if (claim.state === "settling") return endSettling(claim, holder, ending);
  if (claim.state === "settled") return { reply: "settled", claim: endSettled(claim, ending) };
  if (claim.holder !== holder || ending.type !== "refused") return { reply: "lost", claim };
  return { reply: "void", claim: undefined };
}

/** When a payment is looked at for removal, in milliseconds since 1970. */
export function endOf({ expiresMs }: Claim): number {
  return expiresMs + KEPT_MS;
}

/**
 * Whether a payment can be forgotten: its signature has expired, so that it cannot be used anew. What was paid for credits that are not written yet is kept, however
 * long its payer takes to come back.
 */
export function isForgettable(claim: Claim, nowMs: number): boolean {
  if (nowMs < endOf(claim)) return false;
  if (claim.kind === "request" || claim.state === "claimed") return true;
  return claim.state === "settled" && claim.isDone;
}

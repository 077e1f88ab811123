import { DurableObject } from "cloudflare:workers";
import type { AccountAdmin } from "../src/accounts/ledger-admin.ts";
import type { AccountBilling, BillingChanges } from "../src/accounts/billing-port.ts";
import type { AccountLedger } from "../src/accounts/ledger-port.ts";
import type { AccountRules } from "./account-rules.ts";
import type { BalanceCause } from "../src/accounts/ledger/billing.ts";

/** When an alarm that failed rings again, in milliseconds. The runtime itself would give up after six failures. */
const ALARM_RETRY_MS = 10_000;

/** An alarm that should have rung so long ago was given up by the runtime, in milliseconds. */
const ALARM_LATE_MS = 60_000;

/** The parameters of a verb. */
type Of<Name extends keyof Verbs> = Parameters<Verbs[Name]>;
type Verbs = AccountLedger & AccountAdmin;

function causeOf({ kind }: Of<"credit">[0]): BalanceCause {
  return kind === "top-up" || kind === "reversal" ? kind : "other";
}

/**
 * One Durable Object per account, by its id: the only place where its money is written. It stores rows and sets alarms; `src/accounts/ledger/` decides.
 * Nothing is stored before `create`.
 */
export class Account extends DurableObject implements AccountLedger, AccountAdmin, AccountBilling {
  /** Loaded before the first call: the Worker exports this class also where there are no accounts. */
  #loaded: AccountRules | undefined;
  /** When the alarm rings; each setting is a row that is billed, so that it is only set earlier. */
  #alarmMs = Infinity;
  #purgeMs = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      const { createAccountRules } = await import("./account-rules.ts");
      this.#loaded = createAccountRules(ctx.storage);
      this.#alarmMs = (await ctx.storage.getAlarm()) ?? Infinity;
      // The runtime gives an alarm up if storage fails again and again.
      if (this.#alarmMs === Infinity) await this.#wakeBy(this.#rules.nextDeadline() ?? Infinity);
      await this.#wakeBy(this.#rules.outbox?.guardMs() ?? Infinity);
    });
  }

  get #rules(): AccountRules {
    if (this.#loaded === undefined) throw new Error("An account was called before its rules were loaded.");
    return this.#loaded;
  }

  get #caller() {
    return this.#rules.caller;
  }

  get #operator() {
    return this.#rules.operator;
  }

  async hold(...request: Of<"hold">) {
    await this.#rules.gather();
    const reply = this.#caller.hold(...request);
    if (reply.type === "held") await this.#wakeBy(this.#rules.wakeAfterHold());
    return reply;
  }

  async settle(...request: Of<"settle">) {
    await this.#rules.gather();
    return this.#followed(this.#caller.settle(...request));
  }

  async release(...request: Of<"release">) {
    await this.#rules.gather();
    return this.#caller.release(...request);
  }

  async refund(...request: Of<"refund">) {
    return this.#followed(this.#caller.refund(...request));
  }

  async status(...request: Of<"status">) {
    return this.#caller.status(...request);
  }

  async create(...request: Of<"create">) {
    return this.#operator.create(...request);
  }

  async describe() {
    return this.#operator.describe();
  }

  async update(...request: Of<"update">) {
    return this.#operator.update(...request);
  }

  async credit(...request: Of<"credit">) {
    return this.#followed(this.#operator.credit(...request), causeOf(request[0]));
  }

  async giveBack(...request: Of<"giveBack">) {
    return this.#followed(this.#operator.giveBack(...request));
  }

  async createKey(...request: Of<"createKey">) {
    return this.#operator.createKey(...request);
  }

  async keys() {
    return this.#operator.keys();
  }

  async rotateKey(...request: Of<"rotateKey">) {
    return this.#operator.rotateKey(...request);
  }

  async changeKey(...request: Of<"changeKey">) {
    return this.#operator.changeKey(...request);
  }

  async revokeKey(...request: Of<"revokeKey">) {
    return this.#operator.revokeKey(...request);
  }

  async usage(...request: Of<"usage">) {
    return this.#operator.usage(...request);
  }

  async entries(...request: Of<"entries">) {
    return this.#operator.entries(...request);
  }

  async audit() {
    return this.#operator.audit();
  }

  async billing() {
    return this.#rules.billing.billing();
  }

  async setBilling(changes: BillingChanges) {
    return this.#followed(this.#rules.billing.setBilling(changes));
  }

  /** Never ends by a throw, after six of which there would be no alarm any more; and never without another alarm while there is something to wait for. */
  override async alarm(): Promise<void> {
    this.#alarmMs = Infinity;
    await this.#wakeBy(this.#tend() ?? Infinity);
    const { outbox } = this.#rules;
    if (outbox === undefined) return;
    // Before anything is sent: the process may end meanwhile.
    await this.#wakeBy(outbox.guardMs() ?? Infinity);
    await this.#wakeBy((await outbox.round()) ?? Infinity);
  }

  /** Looks after what entries have changed, before the reply to who has written them. */
  async #followed<Reply>(reply: Reply, cause: BalanceCause = "other"): Promise<Reply> {
    const { outbox } = this.#rules;
    if (outbox !== undefined) await this.#wakeBy(outbox.follow(cause) ?? Infinity);
    return reply;
  }

  #tend(): number | undefined {
    try {
      const { purgeMs, alarmMs } = this.#rules.tend(Date.now(), this.#purgeMs);
      this.#purgeMs = purgeMs;
      return alarmMs;
    } catch (thrown) {
      console.error("An account was not looked after, and is tried again:", thrown);
      return Date.now() + ALARM_RETRY_MS;
    }
  }

  /** Sets the alarm, unless it rings before. Called without a wait after the rows were written, so that both are stored together. */
  async #wakeBy(timeMs: number): Promise<void> {
    const isGivenUp = this.#alarmMs < Date.now() - ALARM_LATE_MS;
    if (timeMs === Infinity || (timeMs >= this.#alarmMs && !isGivenUp)) return;
    this.#alarmMs = timeMs;
    try {
      await this.ctx.storage.setAlarm(timeMs);
    } catch (thrown) {
      this.#alarmMs = Infinity;
      throw thrown;
    }
  }
}

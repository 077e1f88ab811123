const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a key may spend; Infinity without a cap. */
export interface ModelCaps {
  readonly day: number;
  readonly month: number;
  readonly total: number;
}

/** What the model's keys may spend, and how many requests they may have open. */
export interface ModelKey {
  readonly family: string;
  caps: ModelCaps;
  concurrency: number;
  ends: number;
  isRevoked: boolean;
}

/** What an account may be charged and what is known of it, as one would explain it to a customer: written apart from the rules, and slow. */
export class LedgerModel {
  now = Date.UTC(2026, 10, 30, 22);
  balance = 0;
  isOpen = true;
  readonly creditLimit = 3;
  readonly capMonth = 16;
  readonly keys = new Map<string, ModelKey>();
  holds: { id: string; request: string; key: string; amount: number; placed: number; deadline: number }[] = [];
  charges: { id: string; key: string; amount: number; at: number; isRefunded: boolean }[] = [];
  readonly refs = new Map<string, number>();
  /** The highest caps that a family has had: what it spent was within them, although they were lowered since. */
  readonly highest = new Map<string, ModelCaps>();

  /** What happens before every verb. */
  wake(): void {
    this.holds = this.holds.filter(({ deadline }) => deadline > this.now);
    for (const hold of this.holds) hold.deadline = Math.min(hold.deadline, this.now + HOUR);
  }

  isPaid(id: string): boolean {
    return this.charges.some((charge) => charge.id === id && charge.at + DAY > this.now);
  }

  held(family?: string): number {
    const counted = this.holds.filter(({ key }) => family === undefined || this.keys.get(key)?.family === family);
    return counted.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Spent in the period, by its name in ISO 8601, or later. */
  spent(period: string, family?: string): number {
    const counted = this.charges.filter(
      ({ key, at, isRefunded }) =>
        !isRefunded &&
        new Date(at).toISOString().slice(0, period.length) >= period &&
        (family === undefined || this.keys.get(key)?.family === family),
    );
    return counted.reduce((sum, { amount }) => sum + amount, 0);
  }

  addKey(name: string, key: ModelKey): void {
    this.keys.set(name, key);
    this.highest.set(key.family, key.caps);
  }

  /** A key that is valid, and all valid ones of its family, get other limits; never by one of themselves. */
  changeKey(name: string, byName: string | undefined, caps: Partial<ModelCaps>, concurrency: number): string {
    const isValid = ({ isRevoked, ends }: ModelKey): boolean => !isRevoked && ends > this.now;
    const key = this.keys.get(name);
    if (key === undefined || !isValid(key)) return "not-found";
    const { family } = key;
    if (byName !== undefined && this.keys.get(byName)?.family === family) return "own-key";
    const changed = { ...key.caps, ...caps };
    for (const each of this.keys.values()) {
      if (each.family === family && isValid(each)) Object.assign(each, { caps: changed, concurrency });
    }
    const { day, month, total } = this.highest.get(family) ?? changed;
    this.highest.set(family, {
      day: Math.max(day, changed.day),
      month: Math.max(month, changed.month),
      total: Math.max(total, changed.total),
    });
    return "key";
  }

  keyProblem(name: string): string | undefined {
    const key = this.keys.get(name);
    if (key === undefined) return "key-invalid";
    if (key.isRevoked) return "key-revoked";
    if (key.ends <= this.now) return "key-expired";
    return this.isOpen ? undefined : "account-closed";
  }

  moneyProblem(name: string, price: number): string | undefined {
    const key = this.keys.get(name);
    if (key === undefined || price === 0) return undefined;
    const today = new Date(this.now).toISOString().slice(0, 10);
    const budgets = { day: today, month: today.slice(0, 7), total: "" };
    const isOver = (["day", "month", "total"] as const).some(
      (period) => this.spent(budgets[period], key.family) + this.held(key.family) + price > key.caps[period],
    );
    if (isOver) return "key-budget-exhausted";
    if (this.spent(budgets.month) + this.held() + price > this.capMonth) return "spend-cap-reached";
    return this.balance - this.held() - price < -this.creditLimit ? "insufficient-credits" : undefined;
  }

  hold(name: string, request: string, asked: ReadonlyMap<string, number>, holdMs: number): string {
    const fresh = [...asked].filter(([id]) => !this.isPaid(id) && !this.holds.some((hold) => hold.id === id));
    const family = this.keys.get(name)?.family;
    const others = this.holds.filter((each) => each.request !== request && this.keys.get(each.key)?.family === family);
    const open = new Set(others.map((each) => each.request)).size;
    const isCrowded = fresh.length > 0 && open >= (this.keys.get(name)?.concurrency ?? 0);
    const price = fresh.reduce((sum, [, amount]) => sum + amount, 0);
    const problem =
      this.keyProblem(name) ?? (isCrowded ? "too-many-at-once" : undefined) ?? this.moneyProblem(name, price);
    if (problem !== undefined) return problem;
    const deadline = this.now + holdMs;
    for (const hold of this.holds.filter(({ id }) => asked.has(id) && !this.isPaid(id))) {
      Object.assign(hold, { request, deadline: Math.max(hold.deadline, deadline) });
    }
    this.holds.push(...fresh.map(([id, amount]) => ({ id, request, key: name, amount, placed: this.now, deadline })));
    return "held";
  }

  settle(name: string, request: string, asked: ReadonlyMap<string, number>, releases: readonly string[]): string {
    const unpaid = [...asked].filter(([id]) => !this.isPaid(id));
    const late = unpaid.filter(([id]) => !this.holds.some((hold) => hold.id === id));
    const price = late.reduce((sum, [, amount]) => sum + amount, 0);
    const problem = late.length > 0 ? (this.keyProblem(name) ?? this.moneyProblem(name, price)) : undefined;
    if (problem !== undefined) return problem;
    for (const [id, amount] of unpaid) {
      const hold = this.holds.find((each) => each.id === id) ?? { key: name, amount, placed: this.now };
      this.charges.push({
        id,
        key: hold.key,
        amount: hold.amount,
        at: Math.max(this.now, hold.placed),
        isRefunded: false,
      });
      this.balance -= hold.amount;
    }
    this.holds = this.holds.filter(({ id }) => !asked.has(id));
    this.release(request, releases);
    return "settled";
  }

  release(request: string, ids: readonly string[]): void {
    this.holds = this.holds.filter((hold) => !(ids.includes(hold.id) && hold.request === request));
  }

  refund(ids: readonly string[]): void {
    for (const id of new Set(ids)) {
      const last = this.charges.findLast((charge) => charge.id === id);
      if (last === undefined || last.isRefunded) continue;
      last.isRefunded = true;
      this.balance += last.amount;
    }
  }

  credit(ref: string, amount: number): string {
    const known = this.refs.get(ref);
    if (known !== undefined) return known === amount ? "credited" : "idempotency-key-reused";
    if (amount < 0 && this.balance + amount - this.held() < -this.creditLimit) return "insufficient-credits";
    this.refs.set(ref, amount);
    this.balance += amount;
    return "credited";
  }
}

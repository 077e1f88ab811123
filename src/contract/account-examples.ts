import { MICRO_USD } from "./micro-usd.ts";
import { DEFAULT_SCOPES } from "./scopes.ts";

/** Examples of the operations of accounts: one account, one key, one charge. The key is none: its checksum is wrong, so that nobody can use it. */
const unit = MICRO_USD;
const account = "3yQ0zVt8aPk";
const created = "2026-11-30T09:00:00.000Z";
const charge = "chg_0123456789abcdef0123456789abcdef";

const key = {
  id: "7Hx2Lm",
  name: "web shop",
  last4: "x9Qb",
  status: "active",
  scopes: [...DEFAULT_SCOPES],
  tasks: null,
  caps: { day: 1_000_000, month: null, total: null },
  rates: [{ name: "requests", requests: 600, seconds: 60 }],
  concurrency: 8,
  created,
  expires: null,
  revoked: null,
  successor: null,
  retires: null,
} as const;

const newKey = { ...key, key: `fe_live_${account}${key.id}${"0".repeat(34)}x9Qb` } as const;

const entry = {
  seq: 2,
  kind: "charge",
  id: charge,
  amount: -300,
  task: "caption",
  key: key.id,
  request_id: "3f6c2a52-6d0c-4a0f-9b3e-0a1b8f3d7c11",
  price_revision: "2026-11-30",
  at: "2026-11-30T09:05:00.000Z",
} as const;

const resets = { day: "2026-12-01T00:00:00.000Z", month: "2026-12-01T00:00:00.000Z" };

/** The example of each reply and body, by its schema's name. */
export const accountExamples = {
  key,
  keyList: { keys: [key] },
  newKey,
  newKeyBody: { name: key.name, caps: { day: 1_000_000 }, rates: [{ requests: 600, seconds: 60 }], concurrency: 8 },
  keyChangesBody: { caps: { day: 2_000_000, month: 20_000_000 }, concurrency: "none" },
  changedKey: { ...key, caps: { day: 2_000_000, month: 20_000_000, total: null }, concurrency: null },
  rotateBody: { grace_seconds: 86_400 },
  quoteBody: { task: "caption", beams: 3 },
  quote: {
    unit,
    revision: "2026-11-30",
    price: 300,
    batch_price: 150,
    items: [{ task: "caption", prompts: 1, price: 300, problem: null }],
  },
  me: {
    account: { id: account, name: "Acme", status: "open" },
    key: { id: key.id, name: key.name, last4: key.last4, expires: null },
    scopes: [...DEFAULT_SCOPES],
    tasks: null,
    unit,
    balance: 4_999_700,
    held: 0,
    credit_limit: 0,
    caps: {
      day: { cap: 1_000_000, spent: 300, resets: resets.day },
      month: { cap: null, spent: 300, resets: resets.month },
      total: { cap: null, spent: 300, resets: null },
    },
    account_cap: { cap: null, spent: 300, resets: resets.month },
    rate: {
      policies: [{ name: "requests", requests: 600, seconds: 60 }],
      concurrency: { limit: 8, in_progress: 0 },
    },
  },
  usage: {
    unit,
    from: "2026-11-01",
    to: "2026-11-30",
    rows: [{ day: "2026-11-30", task: "caption", key: null, answers: 1, charged: 300, refunded: 0, net: 300 }],
    next: null,
  },
  entries: { unit, entries: [entry], next: null },
  chargeHistory: { unit, id: charge, entries: [entry] },
  account: {
    id: account,
    name: "Acme",
    mode: "prepaid",
    money: "live",
    status: "open",
    unit,
    balance: 5_000_000,
    held: 0,
    credit_limit: 0,
    cap_month: null,
    created,
  },
  accountList: { accounts: [{ id: account, name: "Acme", created }], next: null },
  newAccountBody: { name: "Acme" },
  accountChangesBody: { cap_month: 20_000_000 },
  grantBody: { amount: 5_000_000 },
  granted: { unit, seq: 1, amount: 5_000_000, repeat: false, balance: 5_000_000 },
  adjustBody: { amount: -1_000_000 },
  adjusted: { unit, seq: 2, amount: -1_000_000, repeat: false, balance: 4_000_000 },
  refundBody: { charge },
  refunded: { unit, charge, amount: 300, repeat: false, balance: 5_000_000 },
  billing: { unit, low_balance: 2_000_000, auto_top_up: 20_000_000, has_card: true, customer: "cus_TXk0aa" },
  billingBody: { low_balance: 2_000_000, auto_top_up: 20_000_000 },
  accountBillingBody: { customer: "cus_TXk0aa" },
  topUpBody: { amount: 20_000_000 },
  topUp: {
    id: "cs_live_b1XkA9cQ",
    status: "open",
    amount: 20_000_000,
    unit,
    url: "https://checkout.stripe.com/c/pay/cs_live_b1XkA9cQ",
    expires: "2026-12-01T09:00:00.000Z",
  },
  stripeEvent: {
    id: "evt_1SZ0aa",
    object: "event",
    type: "payment_intent.succeeded",
    livemode: true,
    data: {
      object: {
        id: "pi_3SZ0aa",
        object: "payment_intent",
        amount_received: 2000,
        currency: "usd",
        metadata: { florence_edge_account: account, florence_edge_amount: "20000000" },
      },
    },
  },
  eventReceipt: { received: "written" },
  audit: { unit, balance: 5_000_000, entries: 1, holds: 0, violations: [] },
} as const;

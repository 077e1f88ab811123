/** The usage of `npm run account`. */
export const ACCOUNT_USAGE = `Usage: npm run account -- <verb> … [--url https://api.example.com] [--port 8787] [--json]

  create <name> [--credits 5] [--test] [--postpaid] [--credit-limit 10] [--cap-month 20]    an account, with its first key
  list
  show <id>
  change <id> [--name "Acme Ltd"] [--credit-limit 10] [--cap-month 20|none]
  grant <id> <dollars> [--idempotency-key …]
  deduct <id> <dollars> [--idempotency-key …]
  refund <id> <charge> [--idempotency-key …]
  close <id> | reopen <id>
  key list <id>
  key create <id> [--name shop] [--scopes infer,usage:read] [--tasks caption,ocr] [--cap-day 1] [--cap-month 20] [--cap-total 100]
                  [--expires 2027-01-31T00:00:00Z] [--concurrency 8] [--rate 600/60]
  key change <id> <key>    with the options of key create; --cap-day none, --rate none, --concurrency none, --expires none and --tasks all remove a limit
  key rotate <id> <key> [--grace 86400]
  key revoke <id> <key>
  usage <id> [--from 2026-11-01] [--to 2026-11-30] [--group-by day,task,key] [--csv]
  billing <id> [--customer cus_…|none] [--low-balance 2|none] [--auto-top-up 20|none]    how it pays, where credits are bought with Stripe
  audit <id>

Amounts are in dollars, with six decimals at most. --test makes an account with play money: all its keys begin with fe_test_.
It asks the API on this machine, whose admin key npm start has kept; or, with --url, another one: its admin key is read from ADMIN_KEY.`;

/** The options of `npm run account`, of all verbs. */
export const accountOptions = {
  url: { type: "string" },
  port: { type: "string" },
  json: { type: "boolean", default: false },
  credits: { type: "string" },
  postpaid: { type: "boolean", default: false },
  "credit-limit": { type: "string" },
  "cap-month": { type: "string" },
  "cap-day": { type: "string" },
  "cap-total": { type: "string" },
  name: { type: "string" },
  "idempotency-key": { type: "string" },
  scopes: { type: "string" },
  tasks: { type: "string" },
  expires: { type: "string" },
  concurrency: { type: "string" },
  rate: { type: "string" },
  test: { type: "boolean", default: false },
  grace: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  "group-by": { type: "string" },
  customer: { type: "string" },
  "low-balance": { type: "string" },
  "auto-top-up": { type: "string" },
  csv: { type: "boolean", default: false },
} as const;

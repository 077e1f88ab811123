/**
 * The steps that make an account's tables, in order. A step that was released is never changed, and a new one only adds: an older version of the Worker
 * must be able to read what a newer one has made, since a deployment can be rolled back. Amounts are micro-US-dollars, times are milliseconds since 1970.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE account (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL, balance INTEGER NOT NULL,
    creditLimit INTEGER NOT NULL, capMonth INTEGER, createdMs INTEGER NOT NULL, money TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (
    id TEXT PRIMARY KEY, family TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, last4 TEXT NOT NULL, name TEXT NOT NULL,
    terms TEXT NOT NULL, createdMs INTEGER NOT NULL, expiresMs INTEGER, revokedMs INTEGER, successor TEXT, retiresMs INTEGER
  ) STRICT;
  CREATE TABLE holds (
    id TEXT PRIMARY KEY, requestId TEXT NOT NULL, keyId TEXT NOT NULL, amount INTEGER NOT NULL, task TEXT NOT NULL,
    priceRevision TEXT NOT NULL, placedMs INTEGER NOT NULL, deadlineMs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, amount INTEGER NOT NULL, keyId TEXT, task TEXT,
    requestId TEXT, priceRevision TEXT, reverses INTEGER, atMs INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX credits ON entries (kind, ref) WHERE kind IN ('grant', 'top-up', 'adjust');
  CREATE UNIQUE INDEX refunds ON entries (reverses) WHERE kind = 'refund';
  CREATE INDEX refs ON entries (ref);
  CREATE TABLE idempotency (
    id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, requestId TEXT NOT NULL, untilMs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotencyEnds ON idempotency (untilMs);
  CREATE TABLE usage (
    keyId TEXT NOT NULL, day TEXT NOT NULL, task TEXT NOT NULL, answers INTEGER NOT NULL, amount INTEGER NOT NULL,
    refunded INTEGER NOT NULL, PRIMARY KEY (keyId, day, task)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, seq INTEGER NOT NULL, attempts INTEGER NOT NULL, nextMs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE refundKeys (id TEXT PRIMARY KEY, charge TEXT NOT NULL, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- For lists of usage by day, and of the entries of one key (a rowid is part of every index).
  CREATE INDEX days ON usage (day, keyId, task);
  CREATE INDEX keyEntries ON entries (keyId) WHERE keyId IS NOT NULL;`,
  // Payments that were taken back; how the account pays; and, for a long outbox, what is due.
  `CREATE UNIQUE INDEX reversals ON entries (ref) WHERE kind = 'reversal';
  CREATE TABLE billing (
    id TEXT PRIMARY KEY, customer TEXT, card TEXT, lowBalance INTEGER, autoTopUp INTEGER, isLow INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX due ON outbox (nextMs)`,
];

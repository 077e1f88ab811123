const HOUR_MS = 3_600_000;

/** How long an account has paid for an id, in milliseconds: 24 hours, as long as others keep an idempotency key. */
export const PAID_MS = 24 * HOUR_MS;

/** How long an idempotency key stands for one request, in milliseconds: as long as its charges are paid. */
export const IDEMPOTENCY_MS = 24 * HOUR_MS;

/**
 * The longest hold, in milliseconds: thirty times the usual one. A deadline that is further away can only come from a clock that has jumped back, and is
 * brought to here: so no hold stands for ever.
 */
export const MAX_HOLD_MS = HOUR_MS;

/**
 * Maximum number of an account's holds that its object keeps in memory: about 5 MB. An account has one for each answer in progress; one with more of them is slower,
 * and takes no more memory.
 */
export const MAX_REMEMBERED_HOLDS = 10_000;

/** Milliseconds between two removals of idempotency keys that have ended, which are only in the way. */
export const PURGE_INTERVAL_MS = HOUR_MS;

/** Maximum number of idempotency keys that one alarm removes: each is a row that is written, and requests wait for the object meanwhile. The next alarm goes on. */
export const MAX_PURGED = 1000;

/** The wait before an alarm goes on with a purge, in milliseconds: requests have their turn. */
export const PURGE_PAUSE_MS = 1000;

/** The longest time for which a rotated key stays valid, in milliseconds: 30 days, in which programs are deployed anew. */
export const MAX_GRACE_MS = 30 * 24 * HOUR_MS;

/** Maximum number of charges in a request: sixteen times the labels that one image may be asked for. */
export const MAX_CHARGES = 1024;

/** Maximum number of keys of an account, with those that have ended: one that is rotated every week lasts nineteen years. */
export const MAX_KEYS = 1000;

/** Maximum number of rows in one reply, which is one RPC message: about 300 KB of entries. */
export const MAX_PAGE = 1000;

/** Maximum length of ids, references, fingerprints and idempotency keys, in characters. */
export const MAX_ID_LENGTH = 255;

/** Maximum length of the name of an account or a key, in characters. */
export const MAX_NAME_LENGTH = 100;

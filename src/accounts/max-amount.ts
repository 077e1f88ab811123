/**
 * Maximum amount of one charge, of one credit and of a limit, in micro-US-dollars: a million dollars. A larger one is a mistake in the unit; who does not care
 * what something costs may send one, and means this one.
 */
export const MAX_AMOUNT = 1_000_000_000_000;

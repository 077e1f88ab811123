import type { ProblemRow } from "./problem-row.ts";

/** The rows of the problem table for the operations of accounts: their keys, usage and administration. Answers to tasks never have these. */
export const accountRouteProblems = {
  "admin-key-invalid": {
    status: 401,
    title: "The admin key is missing or wrong",
    retryable: false,
    fix: "Send the deployment's ADMIN_KEY as `Authorization: Bearer …`. Keys of accounts do not administer.",
  },
  "unknown-id": {
    status: 404,
    title: "There is no such account, key or charge",
    retryable: false,
    fix: "Check the id that `detail` names: the lists of accounts, keys and charges have all that there are.",
  },
  "key-rotated": {
    status: 409,
    title: "The key was rotated before",
    retryable: false,
    fix: "Rotate its successor, which `detail` names.",
  },
  "too-many-keys": {
    status: 409,
    title: "The account has as many keys as it may have",
    retryable: false,
    fix: "Use the keys that there are: ended ones count, since the usage names them.",
  },
} as const satisfies Record<string, ProblemRow>;

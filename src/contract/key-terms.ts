import * as z from "zod";
import { LimitMicroUsd } from "./micro-usd.ts";
import { isPricedTask } from "./prices.ts";
import { DEFAULT_SCOPES, ScopeName } from "./scopes.ts";

/** Maximum number of rate policies of a key: a burst, a minute, an hour and a day. Each is asked at each request. */
export const MAX_RATE_POLICIES = 4;

/** Maximum rate of a policy: what the platform lets one account's object take. Intervals are counted in microseconds, a thousandth of the shortest. */
export const MAX_REQUESTS_PER_SECOND = 1000;

/** Maximum period of a rate policy, in seconds: a day. Caps bound longer ones. */
export const MAX_RATE_SECONDS = 86_400;

/** Maximum number of requests of a key in progress: three times as many captions as an isolate's queue of 2048 units holds. */
export const MAX_CONCURRENCY = 1000;

/** The name of the policy of who sends only one. */
const DEFAULT_POLICY = "requests";

/** The rate of a key, as in `RateLimit-Policy`. */
const Rate = z
  .strictObject({
    name: z
      .string()
      // Visible ASCII without what a string in a header would have to escape.
      .regex(/^[a-z0-9-]{1,32}$/, "Send up to 32 lower-case letters, digits and hyphens.")
      .default(DEFAULT_POLICY)
      .meta({ description: "Its name in RateLimit-Policy; each of several needs its own." }),
    requests: z.int().min(1),
    seconds: z.int().min(1).max(MAX_RATE_SECONDS),
  })
  .refine(({ requests, seconds }) => requests <= seconds * MAX_REQUESTS_PER_SECOND, {
    path: ["requests"],
    message: `Send at most ${MAX_REQUESTS_PER_SECOND} requests for each second.`,
  });

const caps = z.strictObject({
  day: LimitMicroUsd.optional().meta({ description: "In a UTC day." }),
  month: LimitMicroUsd.optional().meta({ description: "In a UTC month." }),
  total: LimitMicroUsd.optional().meta({ description: "Ever." }),
});

function areUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** What a key may do, and how much: what is left out has no limit. A rotated key and its successor share all of it. */
export const KeyTerms = z
  .strictObject({
    scopes: z
      .array(ScopeName)
      .min(1, "Send at least one scope.")
      .refine(areUnique, "Send each scope once.")
      .default([...DEFAULT_SCOPES]),
    tasks: z
      .array(z.string().refine(isPricedTask, "Send names that GET /v1/tasks lists."))
      .min(1, "Send at least one task, or leave `tasks` out.")
      .refine(areUnique, "Send each task once.")
      .optional()
      .meta({ description: "The only tasks that the key may ask for." }),
    caps: caps.optional().meta({ description: "The most that the key may spend. Topping up does not raise it." }),
    rates: z
      .array(Rate)
      .max(MAX_RATE_POLICIES)
      .refine((rates) => areUnique(rates.map(({ name }) => name)), "Send each name once.")
      .optional(),
    concurrency: z
      .int()
      .min(1)
      .max(MAX_CONCURRENCY)
      .optional()
      .meta({ description: "Requests in progress at once that cost credits." }),
  })
  .meta({ id: "KeyTerms" });
export type KeyTerms = z.infer<typeof KeyTerms>;

/** When a key ends, in a request: a moment with a time zone. */
export const KeyExpiry = z.iso
  .datetime({ offset: true, error: "Send a moment like 2027-01-31T00:00:00Z." })
  .meta({ description: "When the key ends; left out if never." });

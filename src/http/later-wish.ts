import type { FormOptions } from "../contract/form-options.ts";
import type { JobsMount } from "../contract/jobs-port.ts";
import { Problem } from "../contract/problems.ts";
import type { Admitted, AnswerRouteOptions } from "./admitted.ts";
import { invalidRequest } from "./invalid-request.ts";
import { preferenceOf } from "./prefer.ts";

/** The options on which it depends whether an answer comes later. */
type AskedOptions = Pick<FormOptions, "async" | "webhook" | "stream" | "overlay" | "format">;

/** How a caller wants an answer later. */
export interface Wish {
  readonly mount: JobsMount;
  /** Whether it is asked for by `Prefer`, and the reply says that the preference was applied. */
  readonly isPreferred: boolean;
  /** Seconds for which the caller would rather wait for the answer itself. */
  readonly waitSeconds: number | undefined;
  readonly webhook: string | undefined;
  readonly isFlat: boolean;
}

/** What is said of a webhook whose answer comes now. */
const HOW = "Send it with `async=true`, or with `Prefer: respond-async`.";

/**
 * Returns how a request wants its answer later; undefined if it wants it now, or cannot have it later but only prefers it (RFC 7240 lets a preference be ignored). Throws
 * `jobs-unavailable`, and `invalid-request` for a webhook of an answer that comes now. What this deployment asks itself is never put off again.
 */
export function wishOf(
  { request, own }: Pick<Admitted, "request" | "own">,
  options: AskedOptions,
  { jobs }: Pick<AnswerRouteOptions, "jobs">,
): Wish | undefined {
  if (own !== undefined) return undefined;
  const { async: isAsked, webhook, stream, overlay, format } = options;
  const preference = preferenceOf(request.headers);
  const canBeLater = stream !== true && overlay === undefined;
  const isPreferred = preference.isAsync && canBeLater && isAsked !== false;
  if (isAsked !== true && !isPreferred) {
    if (webhook !== undefined) throw invalidRequest("webhook", HOW);
    return undefined;
  }
  if (jobs !== undefined) {
    return { mount: jobs, isPreferred, waitSeconds: preference.waitSeconds, webhook, isFlat: format === "flat" };
  }
  if (isAsked !== true && webhook === undefined) return undefined;
  throw new Problem("jobs-unavailable", "This deployment has no queue for jobs.");
}

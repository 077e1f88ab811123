import * as z from "zod";
import { problems } from "./problem-table.ts";
import { type Issue, isProblemCode, type ProblemCode } from "./problems.ts";

/** RFC 9457's media type. */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** RFC 9457 wants a URI for each kind of problem; a URN names it without promising a page at an address that a self-hoster does not own. */
const PROBLEM_TYPE = "urn:florence-edge:problem:";

const codes = Object.keys(problems).filter(isProblemCode);

/** An error as it is sent: RFC 9457 with the code, what to do, and the fields that do not fit. */
export const ProblemDetails = z
  .object({
    type: z.string().meta({ description: "A URN that ends in the code." }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: "What happened to this request." }),
    code: z.enum(codes),
    fix: z.string().meta({ description: "What to do about it." }),
    retryable: z.boolean().meta({ description: "Whether the same request may succeed later." }),
    request_id: z.string(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })),
  })
  .meta({ id: "Problem" });
export type ProblemDetails = z.infer<typeof ProblemDetails>;

/** One error's body, from the table's row and what happened. */
export function problemDetails(
  code: ProblemCode,
  happened: { readonly detail: string; readonly requestId: string; readonly issues?: readonly Issue[] },
): ProblemDetails {
  const { title, status, retryable, fix } = problems[code];
  const { detail, requestId, issues = [] } = happened;
  return {
    type: PROBLEM_TYPE + code,
    title,
    status,
    detail,
    code,
    fix,
    retryable,
    request_id: requestId,
    issues: [...issues],
  };
}

/** The header that every response carries. */
export const requestIdHeader = {
  "X-Request-Id": {
    description: "The caller's own, or one made here: what the log is searched by.",
    schema: { type: "string" },
  },
} as const;

const retryAfterHeader = {
  "Retry-After": { description: "Seconds after which to ask again.", schema: { type: "integer" } },
} as const;

/** OpenAPI responses for these codes: one for each status, naming its codes. */
export function problemResponses(listed: readonly ProblemCode[]) {
  const statuses = [...new Set(listed.map((code) => problems[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const here = listed.filter((code) => problems[code].status === status);
      const description = here.map((code) => `\`${code}\`: ${problems[code].title}.`).join(" ");
      const headers = status === 503 ? { ...requestIdHeader, ...retryAfterHeader } : requestIdHeader;
      return [status, { description, headers, content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemDetails } } }];
    }),
  );
}

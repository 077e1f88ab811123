import * as z from "zod";
import { problems } from "./problem-table.ts";
import { type Issue, isProblemCode, type ProblemCode } from "./problems.ts";

/** RFC 9457's media type. */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The page of all problems, with an anchor for each code. */
export const PROBLEMS_PATH = "/errors";

/** RFC 9457 wants a URI for each kind of problem; a URN names it without promising a page at an address that a self-hoster does not own. */
const PROBLEM_TYPE = "urn:florence-edge:problem:";

/** Every code, in the order of the table. */
export const problemCodes = Object.keys(problems).filter(isProblemCode);

/** An error as it is sent: RFC 9457 with the code, what to do, and the fields that do not fit. */
export const ProblemDetails = z
  .object({
    type: z.string().meta({ description: "A URN that ends in the code." }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: "What happened to this request." }),
    code: z.enum(problemCodes),
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

/** What a caller may name a request by; anything else than the id's own characters is not taken over. */
export const requestIdParameter = {
  "x-request-id": z.string().optional().meta({
    description:
      "Your own name for the request: up to 255 letters, digits, `_`, `-` and `=`. Anything else is replaced.",
  }),
};

import * as z from "zod";
import { problems } from "./problem-table.ts";
import { type Issue, isProblemCode, type ProblemCode, type ProblemMembers } from "./problems.ts";

/** The media type of RFC 9457. */
export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** The page of all problems, with an anchor for each code. */
export const PROBLEMS_PATH = "/errors";

/** RFC 9457 identifies a problem type by a URI. A URN does not promise a page at a URL that a self-hoster does not own. */
const PROBLEM_TYPE = "urn:florence-edge:problem:";

/** All problem codes, in the order of the table. */
export const problemCodes = Object.keys(problems).filter(isProblemCode);

const microUsd = z.int().optional();

/** Members of a problem's body that only the problems of accounts have. */
export const accountMembers = {
  price: microUsd.meta({ description: "What the request costs, in micro-US-dollars." }),
  balance: microUsd.meta({ description: "What the account can still spend, in micro-US-dollars." }),
  top_up: z.string().optional().meta({ description: "Where or how credits are added to the account." }),
  "violated-policies": z
    .array(z.string())
    .optional()
    .meta({ description: "The rate limit policies that refused the request, by their names in RateLimit-Policy." }),
} as const satisfies Readonly<Record<keyof ProblemMembers, z.ZodType>>;

/** The body of an error response: RFC 9457 with the code, the fix and the invalid fields. */
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
    ...accountMembers,
  })
  .meta({ id: "Problem" });
export type ProblemDetails = z.infer<typeof ProblemDetails>;

/** Returns the body of an error response, from the code's row in the table and the occurrence. */
export function problemDetails(
  code: ProblemCode,
  occurrence: {
    readonly detail: string;
    readonly requestId: string;
    readonly issues?: readonly Issue[];
    readonly members?: ProblemMembers;
  },
): ProblemDetails {
  const { title, status, retryable, fix } = problems[code];
  const { detail, requestId, issues = [], members } = occurrence;
  const { "violated-policies": policies, ...facts } = members ?? {};
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
    ...facts,
    ...(policies === undefined ? {} : { "violated-policies": [...policies] }),
  };
}

/** The header of every response. */
export const requestIdHeader = {
  "X-Request-Id": {
    description: "The caller's own id, or a generated one; log entries contain it.",
    schema: { type: "string" },
  },
} as const;

/** The caller's own request id; an id with other characters is replaced. */
export const requestIdParameter = {
  "x-request-id": z.string().optional().meta({
    description: "Your own id for the request: up to 255 letters, digits, `_`, `-` and `=`. Anything else is replaced.",
  }),
};

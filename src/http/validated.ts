import type * as z from "zod";
import { type Issue, Problem, type ProblemCode } from "../contract/problems.ts";
import { issueOf, issueText } from "./invalid-request.ts";

/** Maximum number of issues of one problem: enough to correct a request, and too few for a large response to a malicious one. */
export const MAX_ISSUES = 20;

/** Fields with their own problem code for a missing value. The first missing field determines the code. */
const missingField = {
  image: "image-required",
  text: "text-required",
  region: "region-required",
} as const satisfies Readonly<Record<string, ProblemCode>>;

/** For a union, the issues of the variant that the value resembles: `region.x1`, not `region`. */
function withinUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const closest = issue.errors.find((issues) => issues.every(({ path }) => path.length > 0)) ?? [];
  const inside = closest.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
  return inside.length > 0 ? inside : [issue];
}

function issuesOf(error: z.ZodError): readonly Issue[] {
  const issues = error.issues.flatMap(withinUnion);
  return issues.slice(0, MAX_ISSUES).map(({ path, message }) => issueOf(path.map(String).join("."), message));
}

function isAbsent(field: string, { issues }: z.ZodError, given: Readonly<Record<string, unknown>>): boolean {
  const value = given[field];
  const isBlank = value === undefined || (typeof value === "string" && value.trim() === "");
  return isBlank && issues.some(({ path }) => path.length === 1 && path[0] === field);
}

function requestProblem(error: z.ZodError, given: Readonly<Record<string, unknown>>): Problem {
  const issues = issuesOf(error);
  const missing = Object.entries(missingField).find(([field]) => isAbsent(field, error, given));
  return new Problem(missing?.[1] ?? "invalid-request", issues.map(issueText).join("; "), { issues });
}

/** Parses a value by a schema. Throws `invalid-request`, or the code of the missing field. */
export function validated<Schema extends z.ZodType>(schema: Schema, given: Readonly<Record<string, unknown>>) {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw requestProblem(result.error, given);
}

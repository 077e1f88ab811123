import { excerpt } from "../bytes/excerpt.ts";
import { type Issue, Problem } from "../contract/problems.ts";

/** One invalid field, with excerpts of its path and message: zod names every unknown key. */
export function issueOf(path: string, message: string): Issue {
  return { path: excerpt(path), message: excerpt(message) };
}

/** What is wrong with a field, as one sentence. `path` is empty if the whole body is meant. */
export function issueText({ path, message }: Issue): string {
  return path === "" ? message : `${path}: ${message}`;
}

/** The problem of a request with one invalid field, or, without a path, with an invalid body. */
export function invalidRequest(path: string, message: string): Problem {
  const issue = issueOf(path, message);
  return new Problem("invalid-request", issueText(issue), { issues: [issue] });
}

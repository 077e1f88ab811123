import { type Issue, Problem } from "../contract/problems.ts";

/** Longest message in characters: zod names every unknown key, and a caller can send a million. */
export const MAX_MESSAGE_CHARACTERS = 300;

/** One invalid field, with its path and message cut to `MAX_MESSAGE_CHARACTERS`. */
export function issueOf(path: string, message: string): Issue {
  return { path: path.slice(0, MAX_MESSAGE_CHARACTERS), message: message.slice(0, MAX_MESSAGE_CHARACTERS) };
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

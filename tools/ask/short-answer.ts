import { summaryOf } from "../../src/playground/sentences.ts";
import type { AnswerLine } from "./answers-file.ts";

/** Longest text that is printed of an answer or problem, in characters: about a line of a terminal beside the file's name. */
const MAX_CHARACTERS = 100;

/** Says in one line what a picture's answer or problem is; the file has all of it. */
export function shortAnswer({ answer, problem }: AnswerLine): string {
  const text = problem === null ? summaryOf(answer) : `problem: ${problem.detail}`;
  const line = text.replaceAll(/\s+/gu, " ").trim();
  return line.length <= MAX_CHARACTERS ? line : `${line.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…`;
}

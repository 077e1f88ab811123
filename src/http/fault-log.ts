import { excerpt } from "../bytes/excerpt.ts";
import type { Problem } from "../contract/problems.ts";
import type { LogError } from "./problem-response.ts";

/** How often the same fault is logged, in milliseconds. In an outage, every request has it. */
export const FAULT_INTERVAL_MS = 1000;

/** Maximum number of faults that are told apart: a deployment has a handful. */
export const MAX_FAULTS = 100;

/** Maximum number of causes in a line: a failed call has three. It also ends a circle. */
const MAX_CAUSES = 8;

/** Maximum length of a stack, which begins with its message: twenty frames. */
const MAX_STACK_CHARACTERS = 4000;

/** Dependencies of a fault log. */
export interface FaultLogOptions {
  readonly now: () => number;
  readonly write: (line: string) => void;
}

interface LoggedFault {
  readonly writtenMs: number;
  /** Occurrences since then that were not written. */
  readonly more: number;
}

/** The causes of a problem, from the outermost to the first. */
function causesOf(problem: Problem): readonly unknown[] {
  const causes: unknown[] = [];
  for (let next = problem.cause; next !== undefined && causes.length < MAX_CAUSES;) {
    causes.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return causes;
}

function textOf(thrown: unknown): string {
  return excerpt(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown));
}

/** The stack of the first cause that has one: where it happened. */
function stackOf(problem: Problem, causes: readonly unknown[]): string | undefined {
  const origin = causes.findLast((cause) => cause instanceof Error) ?? problem;
  return origin.stack?.slice(0, MAX_STACK_CHARACTERS);
}

/** What makes two faults the same: the code and the messages of the causes, without the words that have a digit: ports, counts, ids. */
function keyOf({ code, detail }: Problem, causes: readonly string[]): string {
  return [code, ...(causes.length === 0 ? [detail] : causes)].join("\n").replaceAll(/\w*\d\w*/gu, "#");
}

/**
 * Creates a function that logs faults as JSON, one line each. The same fault is written at most once in `FAULT_INTERVAL_MS`; the next line of it says how
 * many `more` there were. Only its first line has the stack.
 */
export function createFaultLog({ now, write }: FaultLogOptions): LogError {
  const faults = new Map<string, LoggedFault>();
  const remember = (key: string, fault: LoggedFault): void => {
    faults.delete(key);
    faults.set(key, fault);
    const [oldest] = faults.keys();
    if (faults.size > MAX_FAULTS && oldest !== undefined) faults.delete(oldest);
  };
  return (problem, requestId) => {
    const thrown = causesOf(problem);
    const { code, detail } = problem;
    const causes = thrown.map(textOf);
    const key = keyOf(problem, causes);
    const last = faults.get(key);
    const nowMs = now();
    if (last !== undefined && Math.abs(nowMs - last.writtenMs) < FAULT_INTERVAL_MS) {
      remember(key, { ...last, more: last.more + 1 });
      return;
    }
    remember(key, { writtenMs: nowMs, more: 0 });
    const more = last === undefined || last.more === 0 ? undefined : last.more;
    const stack = last === undefined ? stackOf(problem, thrown) : undefined;
    write(JSON.stringify({ level: "error", request_id: requestId, code, detail, causes, more, stack }));
  };
}

/** How long a leader may be silent before the next in line takes over, in milliseconds: three renewals, of which two may be lost. */
export const SHARED_LEASE_MS = 3000;

/**
 * How long what has landed is handed to those who come late, in milliseconds: a place that has just looked into KV in vain may not see the
 * entry there before a minute is over. An object that nobody asks is out of memory about then.
 */
export const KEPT_MS = 10_000;

/** Longest text that is kept for those who come late: many objects share 128 MB, and an answer of 1024 tokens is half of this. Those who wait already get any. */
export const MAX_KEPT_CHARACTERS = 64 * 1024;

/** What became of a flight: its value as a text, or the problem that stopped it. */
export type FlightOutcome =
  | { readonly value: string }
  | { readonly problem: { readonly code: string; readonly detail: string } };

/** A member asks whether to do the work. */
export interface FlightQuestion {
  /** Asks for nobody else, and never twice at the same time. */
  readonly member: string;
  /** How old a value may be that has landed before the member came; 0 takes none. */
  readonly maxAgeMs: number;
  /** When the member came, as the answer to its first question said; undefined in that. */
  readonly joinedMs: number | undefined;
  /** How long it waits for an answer other than `wait`. */
  readonly patienceMs: number;
}

/** Do the work; here is what became of it; or ask again. */
export type FlightAnswer =
  | { readonly type: "lead" }
  | { readonly type: "ended"; readonly outcome: FlightOutcome }
  | { readonly type: "wait"; readonly joinedMs: number };

/** What happens to a line. */
export type FlightEvent =
  | ({ readonly type: "ask" } & FlightQuestion)
  /** A leader lives. */
  | { readonly type: "renew"; readonly member: string }
  | { readonly type: "end"; readonly member: string; readonly outcome: FlightOutcome }
  /** A leader stops without an outcome that concerns others. */
  | { readonly type: "leave"; readonly member: string }
  /** Time has passed. */
  | { readonly type: "tick" };

interface Waiting {
  readonly member: string;
  readonly joinedMs: number;
  readonly untilMs: number;
}

/** One flight: who leads, who waits in which order, and what the last one ended with. */
export interface FlightLine {
  readonly leader: { readonly member: string; readonly untilMs: number } | undefined;
  readonly waiting: readonly Waiting[];
  readonly ended: { readonly outcome: FlightOutcome; readonly endedMs: number } | undefined;
}

/** The line after an event, and who is told what. Each question is told exactly one answer, now or after a later event. */
export interface FlightStep {
  readonly line: FlightLine;
  readonly told: readonly { readonly member: string; readonly answer: FlightAnswer }[];
}

/** Nobody flies, nobody waits. */
export const emptyLine: FlightLine = { leader: undefined, waiting: [], ended: undefined };

/** What has ended while the member was in line is its own, a failure too; what had landed before only if it is a value, and young enough. */
function outcomeFor({ ended }: FlightLine, question: FlightQuestion, nowMs: number): FlightOutcome | undefined {
  if (ended === undefined) return undefined;
  const { outcome, endedMs } = ended;
  if (question.joinedMs !== undefined && endedMs >= question.joinedMs) return outcome;
  const isYoung = nowMs - endedMs < Math.min(question.maxAgeMs, KEPT_MS);
  return "value" in outcome && isYoung ? outcome : undefined;
}

function ask(line: FlightLine, question: FlightQuestion, nowMs: number): FlightStep {
  const { member, joinedMs = nowMs, patienceMs } = question;
  const outcome = outcomeFor(line, question, nowMs);
  if (outcome !== undefined) return { line, told: [{ member, answer: { type: "ended", outcome } }] };
  return { line: { ...line, waiting: [...line.waiting, { member, joinedMs, untilMs: nowMs + patienceMs }] }, told: [] };
}

/** A value is everybody's, whoever has it: its leader may have been given up too early. A failure counts only if nobody else is trying. */
function end(line: FlightLine, member: string, outcome: FlightOutcome, nowMs: number): FlightStep {
  const isLeader = line.leader?.member === member;
  if (!isLeader && "problem" in outcome) return { line, told: [] };
  const leader = isLeader ? undefined : line.leader;
  const isKept = "problem" in outcome || outcome.value.length <= MAX_KEPT_CHARACTERS;
  const told = line.waiting.map((each) => ({ member: each.member, answer: { type: "ended", outcome } as const }));
  return { line: { leader, waiting: [], ended: isKept ? { outcome, endedMs: nowMs } : undefined }, told };
}

/** Who renews leads, unless another does by now: the line may have been lost with the object that held it. */
function renew(line: FlightLine, member: string, nowMs: number): FlightLine {
  const isFree = line.leader === undefined || line.leader.member === member;
  return isFree ? { ...line, leader: { member, untilMs: nowMs + SHARED_LEASE_MS } } : line;
}

/** Who leaves leads no more. */
function leave(line: FlightLine, member: string): FlightLine {
  return line.leader?.member === member ? { ...line, leader: undefined } : line;
}

function apply(line: FlightLine, event: FlightEvent, nowMs: number): FlightStep {
  switch (event.type) {
    case "ask":
      return ask(line, event, nowMs);
    case "end":
      return end(line, event.member, event.outcome, nowMs);
    case "renew":
      return { line: renew(line, event.member, nowMs), told: [] };
    case "leave":
      return { line: leave(line, event.member), told: [] };
    case "tick":
      break;
  }
  return { line, told: [] };
}

/** The turn of a leader who is gone passes on to the first who waits. */
function passOn(line: FlightLine, nowMs: number): FlightStep {
  const isLed = line.leader !== undefined && line.leader.untilMs > nowMs;
  const [first, ...waiting] = line.waiting;
  if (isLed) return { line, told: [] };
  if (first === undefined) return { line: { ...line, leader: undefined }, told: [] };
  const leader = { member: first.member, untilMs: nowMs + SHARED_LEASE_MS };
  return { line: { ...line, leader, waiting }, told: [{ member: first.member, answer: { type: "lead" } }] };
}

/** Those whose patience is over are to ask again, or not, if they are not there any more. */
function dismiss(line: FlightLine, nowMs: number): FlightStep {
  const isOver = ({ untilMs }: Waiting): boolean => untilMs <= nowMs;
  const told = line.waiting
    .filter(isOver)
    .map(({ member, joinedMs }) => ({ member, answer: { type: "wait", joinedMs } as const }));
  return { line: { ...line, waiting: line.waiting.filter((each) => !isOver(each)) }, told };
}

/** What an event makes of a line. Pure: time comes in as a number. */
export function stepFlight(line: FlightLine, event: FlightEvent, nowMs: number): FlightStep {
  const applied = apply(line, event, nowMs);
  const passed = passOn(applied.line, nowMs);
  const dismissed = dismiss(passed.line, nowMs);
  return { line: dismissed.line, told: [...applied.told, ...passed.told, ...dismissed.told] };
}

/** When time alone will change something for those who wait, in milliseconds; undefined where nobody does. */
export function nextMoment({ leader, waiting }: FlightLine): number | undefined {
  if (waiting.length === 0) return undefined;
  return Math.min(leader?.untilMs ?? Infinity, ...waiting.map(({ untilMs }) => untilMs));
}

/** Duration of a leader's lease, in milliseconds: three renewal intervals, so two renewals may be lost. When it expires, the next waiter leads. */
export const LEADER_LEASE_MS = 3000;

/**
 * How long a result is kept for participants that join late, in milliseconds. An isolate that has just missed in KV may not see the new entry there
 * for up to a minute; an idle Durable Object is evicted after about ten seconds.
 */
export const RESULT_TTL_MS = 10_000;

/**
 * Maximum length of a result that is kept for late participants, in characters: many objects share 128 MB, and an answer of 1024 tokens takes half of this.
 * Waiters get a result of any length.
 */
export const MAX_RESULT_CHARACTERS = 64 * 1024;

/** The result of coalesced work: its value as text, or the problem that ended it. */
export type CoalescedResult =
  | { readonly value: string }
  | { readonly problem: { readonly code: string; readonly detail: string } };

/** A participant requests the lease or the result. */
export interface JoinRequest {
  /** Unique; a participant has at most one request pending. */
  readonly participant: string;
  /** Oldest acceptable age of a result that was complete before the participant joined; 0 accepts none. */
  readonly maxAgeMs: number;
  /** When the participant joined, from the reply to its first request; undefined in that request. */
  readonly joinedMs: number | undefined;
  /** Maximum time until a reply, in milliseconds; then the reply is `retry`. */
  readonly waitMs: number;
}

/** `lead`: do the work. `complete`: use this result. `retry`: join again. */
export type JoinReply =
  | { readonly type: "lead" }
  | { readonly type: "complete"; readonly result: CoalescedResult }
  | { readonly type: "retry"; readonly joinedMs: number };

/** An event that changes the state. */
export type CoordinatorEvent =
  | ({ readonly type: "join" } & JoinRequest)
  /** The leader renews its lease. */
  | { readonly type: "renew"; readonly participant: string }
  | { readonly type: "complete"; readonly participant: string; readonly result: CoalescedResult }
  /** The leader gives up its lease without a result. */
  | { readonly type: "release"; readonly participant: string }
  /** Time has passed. */
  | { readonly type: "tick" };

interface Waiter {
  readonly participant: string;
  readonly joinedMs: number;
  /** When its request times out. */
  readonly untilMs: number;
}

/** The state of one key: its leader with the end of its lease, the waiters in order, and the last result. */
export interface CoordinatorState {
  readonly leader: { readonly participant: string; readonly untilMs: number } | undefined;
  readonly waiters: readonly Waiter[];
  readonly last: { readonly result: CoalescedResult; readonly completedMs: number } | undefined;
}

/** The state after an event, and the replies to send. Each join request gets exactly one reply, now or after a later event. */
export interface CoordinatorStep {
  readonly state: CoordinatorState;
  readonly replies: readonly { readonly participant: string; readonly reply: JoinReply }[];
}

/** No leader, no waiters, no result. */
export const initialState: CoordinatorState = { leader: undefined, waiters: [], last: undefined };

/** A participant gets every result since it joined, also a problem; an earlier result only if it is a value and young enough. */
function resultFor({ last }: CoordinatorState, request: JoinRequest, nowMs: number): CoalescedResult | undefined {
  if (last === undefined) return undefined;
  const { result, completedMs } = last;
  if (request.joinedMs !== undefined && completedMs >= request.joinedMs) return result;
  const isYoung = nowMs - completedMs < Math.min(request.maxAgeMs, RESULT_TTL_MS);
  return "value" in result && isYoung ? result : undefined;
}

function join(state: CoordinatorState, request: JoinRequest, nowMs: number): CoordinatorStep {
  const { participant, joinedMs = nowMs, waitMs } = request;
  const result = resultFor(state, request, nowMs);
  if (result !== undefined) return { state, replies: [{ participant, reply: { type: "complete", result } }] };
  const waiter: Waiter = { participant, joinedMs, untilMs: nowMs + waitMs };
  return { state: { ...state, waiters: [...state.waiters, waiter] }, replies: [] };
}

/** A value is accepted from any participant: its lease may have ended too early. A failure is accepted from the leader only. */
function complete(
  state: CoordinatorState,
  participant: string,
  result: CoalescedResult,
  nowMs: number,
): CoordinatorStep {
  const isLeader = state.leader?.participant === participant;
  if (!isLeader && "problem" in result) return { state, replies: [] };
  const leader = isLeader ? undefined : state.leader;
  const isKept = "problem" in result || result.value.length <= MAX_RESULT_CHARACTERS;
  const replies = state.waiters.map((waiter) => ({
    participant: waiter.participant,
    reply: { type: "complete", result } as const,
  }));
  return { state: { leader, waiters: [], last: isKept ? { result, completedMs: nowMs } : undefined }, replies };
}

/** A renewal makes the participant the leader if there is no other: the object may have restarted and lost its state. */
function renew(state: CoordinatorState, participant: string, nowMs: number): CoordinatorState {
  const isFree = state.leader === undefined || state.leader.participant === participant;
  return isFree ? { ...state, leader: { participant, untilMs: nowMs + LEADER_LEASE_MS } } : state;
}

function release(state: CoordinatorState, participant: string): CoordinatorState {
  return state.leader?.participant === participant ? { ...state, leader: undefined } : state;
}

function apply(state: CoordinatorState, event: CoordinatorEvent, nowMs: number): CoordinatorStep {
  switch (event.type) {
    case "join":
      return join(state, event, nowMs);
    case "complete":
      return complete(state, event.participant, event.result, nowMs);
    case "renew":
      return { state: renew(state, event.participant, nowMs), replies: [] };
    case "release":
      return { state: release(state, event.participant), replies: [] };
    case "tick":
      break;
  }
  return { state, replies: [] };
}

/** If no lease is valid, the first waiter becomes the leader. */
function electLeader(state: CoordinatorState, nowMs: number): CoordinatorStep {
  const isLed = state.leader !== undefined && state.leader.untilMs > nowMs;
  const [first, ...waiters] = state.waiters;
  if (isLed) return { state, replies: [] };
  if (first === undefined) return { state: { ...state, leader: undefined }, replies: [] };
  const { participant } = first;
  const leader = { participant, untilMs: nowMs + LEADER_LEASE_MS };
  return { state: { ...state, leader, waiters }, replies: [{ participant, reply: { type: "lead" } }] };
}

/** Requests that have timed out are answered `retry`. A participant that is gone does not ask again. */
function timeOut(state: CoordinatorState, nowMs: number): CoordinatorStep {
  const isOver = ({ untilMs }: Waiter): boolean => untilMs <= nowMs;
  const replies = state.waiters
    .filter(isOver)
    .map(({ participant, joinedMs }) => ({ participant, reply: { type: "retry", joinedMs } as const }));
  return { state: { ...state, waiters: state.waiters.filter((waiter) => !isOver(waiter)) }, replies };
}

/** Returns the next state and the replies. Pure: time is an argument. */
export function stepCoordinator(state: CoordinatorState, event: CoordinatorEvent, nowMs: number): CoordinatorStep {
  const applied = apply(state, event, nowMs);
  const elected = electLeader(applied.state, nowMs);
  const timedOut = timeOut(elected.state, nowMs);
  return { state: timedOut.state, replies: [...applied.replies, ...elected.replies, ...timedOut.replies] };
}

/** Returns when a `tick` will next change the state, in milliseconds since 1970; undefined without waiters. */
export function nextTimeoutMs({ leader, waiters }: CoordinatorState): number | undefined {
  if (waiters.length === 0) return undefined;
  return Math.min(leader?.untilMs ?? Infinity, ...waiters.map(({ untilMs }) => untilMs));
}

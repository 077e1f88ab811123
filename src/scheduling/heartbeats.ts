/** Rounds without a heartbeat after which a member has failed. A member may beat several times as often as another. */
export const MAX_MISSED_ROUNDS = 50;

/** Milliseconds without a heartbeat before which no member has failed. */
export const MIN_SILENCE_MS = 1000;

/**
 * A failure detector by heartbeats. It counts rounds besides time, so that members do not fail only because nobody could run while a long computation
 * blocked the thread: a round ends when a member beats for the second time in it, and by then every member had its turn.
 */
export interface Heartbeats<Member> {
  beat(member: Member): void;
  remove(member: Member): void;
  /** Returns the members that have been silent for `MAX_MISSED_ROUNDS` rounds and `MIN_SILENCE_MS`. */
  failed(): readonly Member[];
}

interface LastBeat {
  readonly round: number;
  readonly atMs: number;
}

/** Creates a failure detector without members. `now` is in milliseconds. */
export function createHeartbeats<Member>(now: () => number): Heartbeats<Member> {
  const lastBeats = new Map<Member, LastBeat>();
  let round = 0;
  // A clock that was set back must keep nobody alive.
  const isSilent = ({ atMs }: LastBeat): boolean => Math.abs(now() - atMs) >= MIN_SILENCE_MS;
  return {
    beat: (member) => {
      if (lastBeats.get(member)?.round === round) round += 1;
      lastBeats.set(member, { round, atMs: now() });
    },
    remove: (member) => void lastBeats.delete(member),
    failed: () =>
      [...lastBeats]
        .filter(([, last]) => round - last.round > MAX_MISSED_ROUNDS && isSilent(last))
        .map(([member]) => member),
  };
}

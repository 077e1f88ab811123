/** What a caller prefers of a response (RFC 7240). */
export interface Preference {
  readonly isAsync: boolean;
  /** Seconds; undefined if none, or none that can be read, is named. */
  readonly waitSeconds: number | undefined;
}

const none: Preference = { isAsync: false, waitSeconds: undefined };

/** The value of a preference, which may be quoted; parameters of it are not looked at. */
const WAIT = /^wait\s*=\s*"?(?<seconds>\d{1,9})"?$/u;

/**
 * Reads the preferences that are known here. The first of each name counts, and unknown ones are ignored, as the RFC says: no request is refused for what it prefers.
 */
export function preferenceOf(headers: Headers): Preference {
  const header = headers.get("prefer");
  if (header === null) return none;
  const names = header.split(",").map((each) => each.split(";", 1)[0]?.trim().toLowerCase() ?? "");
  const waits = names.flatMap((name) => WAIT.exec(name)?.groups?.["seconds"] ?? []);
  return {
    isAsync: names.includes("respond-async"),
    waitSeconds: waits[0] === undefined ? undefined : Number(waits[0]),
  };
}

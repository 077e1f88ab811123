import { isObject } from "./problem";

/** The event that the API sends only on demand, to show that it arrives. */
export const TEST_EVENT = "webhook.test";

/** Returns an event on one level: `type`, `timestamp` and what it tells. The event of a flat answer has one level as it arrives. */
export function told(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { data, ...others } = body;
  return isObject(data) ? { ...others, ...data } : body;
}

/** Ids that are kept, of about 26 characters: n8n writes all of them with each event. An event is sent again for a day, most often in its first minutes. */
export const MAX_SEEN = 500;

/** Returns the ids of the latest events, undefined if this one has been among them already. `seen` may be anything, since users can change what n8n stores. */
export function withSeen(seen: unknown, id: string): string[] | undefined {
  const ids = Array.isArray(seen) ? seen.filter((each): each is string => typeof each === "string") : [];
  return ids.includes(id) ? undefined : [...new Set(ids), id].slice(-MAX_SEEN);
}

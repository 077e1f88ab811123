import { parseListHeader } from "./list-header.ts";

/** Duration of one step of the server, in milliseconds. */
export interface ServerTiming {
  readonly name: string;
  readonly ms: number;
}

/** Parses the entries of a Server-Timing header that have a duration; skips invalid entries. */
export function parseServerTiming(header: string | null): readonly ServerTiming[] {
  return parseListHeader(header).flatMap(({ name, parameters }) => {
    const duration = parameters.get("dur") ?? "";
    return /^\d+(?:\.\d+)?$/.test(duration) ? [{ name, ms: Number(duration) }] : [];
  });
}

import { parseListHeader } from "./list-header.ts";

/** What the server says that one of its steps took. */
export interface ServerTiming {
  readonly name: string;
  readonly ms: number;
}

/** The entries of a Server-Timing header that have a duration; what cannot be read is left out. */
export function parseServerTiming(header: string | null): readonly ServerTiming[] {
  return parseListHeader(header).flatMap(({ name, parameters }) => {
    const duration = parameters.get("dur") ?? "";
    return /^\d+(?:\.\d+)?$/.test(duration) ? [{ name, ms: Number(duration) }] : [];
  });
}

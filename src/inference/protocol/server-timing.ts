/** What the server says that one of its steps took. */
export interface ServerTiming {
  readonly name: string;
  readonly ms: number;
}

/** Commas and semicolons part entries and their parameters, but not inside quotes. */
const entry = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^",])+/g;
const parameter = /(?:"(?:[^"\\]|\\.)*(?:"|$)|[^";])+/g;

/** The entries of a Server-Timing header that have a duration; what cannot be read is left out. */
export function parseServerTiming(header: string | null): readonly ServerTiming[] {
  return (header?.match(entry) ?? []).flatMap((text) => {
    const [name = "", ...parameters] = (text.match(parameter) ?? []).map((part) => part.trim());
    const dur = parameters.map((part) => /^dur\s*=\s*"?(\d+(?:\.\d+)?)"?$/i.exec(part)?.[1]).find(Boolean);
    return name === "" || dur === undefined ? [] : [{ name, ms: Number(dur) }];
  });
}

import { InferenceFailure } from "./failure.ts";

/** One event of a stream of server-sent events. `id` and `retry` are for reconnecting, which a generation cannot, and are left out. */
export interface ServerSentEvent {
  /** `message` where the stream does not say. */
  readonly event: string;
  /** All `data` lines, joined by line feeds. */
  readonly data: string;
}

/** What some servers send as the last event's data; ours and Triton just close. */
const DONE = "[DONE]";

/** Most characters of one event: a token's takes some 200, the whole text of the longest answer some 20,000. */
export const MAX_EVENT_LENGTH = 1_000_000;

const lineEnd = /\r\n|\r|\n/g;

function checkLength(length: number, maxLength: number): void {
  if (length > maxLength) throw new InferenceFailure("malformed", `An event has more than ${maxLength} characters.`);
}

/** Cuts text into lines wherever it is cut into chunks: each chunk is looked at once. `rest` is what no line end has followed. */
function createLineSplitter(maxLength: number) {
  let parts: string[] = [];
  let length = 0;
  let isAfterReturn = false;
  const keep = (part: string): void => {
    parts.push(part);
    length += part.length;
    checkLength(length, maxLength);
  };
  const take = (): string => {
    const line = parts.join("");
    parts = [];
    length = 0;
    return line;
  };
  return {
    *split(text: string): Generator<string> {
      // A carriage return ends its line at once; the line feed of the next chunk belongs to it.
      const own = isAfterReturn && text.startsWith("\n") ? text.slice(1) : text;
      let start = 0;
      for (const { 0: end, index } of own.matchAll(lineEnd)) {
        keep(own.slice(start, index));
        yield take();
        start = index + end.length;
      }
      if (text !== "") isAfterReturn = text.endsWith("\r");
      keep(own.slice(start));
    },
    rest: take,
  };
}

/** Collects lines into events: an empty line ends one. `add` gives the event that a line has ended. */
function createEventCollector(maxLength: number) {
  let data: string[] = [];
  let event = "message";
  let length = 0;
  const finish = (): ServerSentEvent | undefined => {
    const finished = data.length > 0 ? { event, data: data.join("\n") } : undefined;
    data = [];
    event = "message";
    length = 0;
    return finished;
  };
  const setters = new Map<string, (value: string) => void>([
    ["data", (value) => void data.push(value)],
    ["event", (value) => void (event = value)],
  ]);
  return {
    add: (line: string): ServerSentEvent | undefined => {
      if (line === "") return finish();
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/su.exec(line) ?? [];
      const set = setters.get(field);
      // Comments, which keep a connection open, are no part of the event and do not count.
      if (set === undefined) return undefined;
      length += line.length;
      checkLength(length, maxLength);
      set(value);
      return undefined;
    },
    isEmpty: () => data.length === 0,
  };
}

async function* decodeText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // workerd's decoder would drop a byte order mark at the beginning of every chunk, which is a character of the text there.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new InferenceFailure("malformed", "The stream of events is not UTF-8.", { cause });
    }
  };
  let isAtStart = true;
  for await (const chunk of chunks) {
    const text = decode(chunk);
    yield isAtStart && text.startsWith("\u{feff}") ? text.slice(1) : text;
    isAtStart &&= text === "";
  }
  yield decode();
}

/**
 * Reads server-sent events, however their bytes are cut into chunks, until the stream ends or `[DONE]` comes. Throws
 * `InferenceFailure` (`malformed`) for an event that is too long, cut off by the end, or not UTF-8.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
  maxEventLength: number = MAX_EVENT_LENGTH,
): AsyncGenerator<ServerSentEvent> {
  const lines = createLineSplitter(maxEventLength);
  const events = createEventCollector(maxEventLength);
  for await (const text of decodeText(chunks)) {
    for (const line of lines.split(text)) {
      const event = events.add(line);
      if (event?.data === DONE) return;
      if (event !== undefined) yield event;
    }
  }
  if (lines.rest() !== "" || !events.isEmpty()) {
    throw new InferenceFailure("malformed", "The stream of events ends inside an event.");
  }
}

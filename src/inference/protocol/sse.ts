import { InferenceFailure } from "./failure.ts";

/** One server-sent event. `id` and `retry` are omitted: they are for reconnecting, which a generation does not support. */
export interface ServerSentEvent {
  /** Event type; `message` by default. */
  readonly event: string;
  /** All `data` lines, separated by line feeds. */
  readonly data: string;
}

/** Data of the last event of some servers; our server and Triton close the stream without it. */
const DONE = "[DONE]";

/** Maximum number of characters of one event: an event of one token has about 200, the full text of the longest answer about 20,000. */
export const MAX_EVENT_LENGTH = 1_000_000;

const lineEnd = /\r\n|\r|\n/g;

function checkLength(length: number, maxLength: number): void {
  if (length > maxLength) throw new InferenceFailure("malformed", `An event has more than ${maxLength} characters.`);
}

/** Splits chunks of text into lines and scans each chunk once. `rest` returns the text after the last line end. */
function createLineSplitter(maxLength: number) {
  let parts: string[] = [];
  let length = 0;
  let isAfterReturn = false;
  const append = (part: string): void => {
    parts.push(part);
    length += part.length;
    checkLength(length, maxLength);
  };
  const flush = (): string => {
    const line = parts.join("");
    parts = [];
    length = 0;
    return line;
  };
  return {
    *split(text: string): Generator<string> {
      // A carriage return at the end of a chunk has already ended its line: skip the line feed of the same line end.
      const unread = isAfterReturn && text.startsWith("\n") ? text.slice(1) : text;
      let start = 0;
      for (const { 0: end, index } of unread.matchAll(lineEnd)) {
        append(unread.slice(start, index));
        yield flush();
        start = index + end.length;
      }
      if (text !== "") isAfterReturn = text.endsWith("\r");
      append(unread.slice(start));
    },
    rest: flush,
  };
}

/** Collects lines into events: an empty line ends an event. `add` returns the event that the line ends, if any. */
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
      // Comments, which keep a connection open, do not belong to the event and do not count towards its length.
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
  // Without `ignoreBOM`, workerd's decoder drops a byte order mark at the start of every chunk, where it is a character of the text.
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
 * Parses server-sent events from chunks with arbitrary boundaries until the stream ends or `[DONE]` arrives. Throws
 * `InferenceFailure` (`malformed`) for an event that is too long, truncated by the end of the stream, or not UTF-8.
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

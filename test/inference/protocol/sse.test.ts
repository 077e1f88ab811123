import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvents } from "../../../src/inference/protocol/sse.ts";
import type { ServerSentEvent } from "../../../src/inference/protocol/sse.ts";
import { utf8 } from "../../support/protocol-tensors.ts";

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Collects the events, followed by the failure that ended them, if any. */
async function read(chunks: readonly Uint8Array[], maxLength?: number): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const event of readEvents(each(chunks), maxLength)) seen.push(event);
  } catch (thrown) {
    seen.push(thrown);
  }
  return seen;
}

const message = (data: string): ServerSentEvent => ({ event: "message", data });
const malformed = expect.objectContaining({ kind: "malformed" });

describe("readEvents", () => {
  it.each<[string, string, readonly unknown[]]>([
    ["one event", "data: a\n\n", [message("a")]],
    ["consecutive events", "data: a\n\ndata: b\n\n", [message("a"), message("b")]],
    ["carriage returns and line feeds", "data: a\r\n\r\ndata: b\r\n\r\n", [message("a"), message("b")]],
    ["carriage returns alone", "data: a\r\rdata: b\r\r", [message("a"), message("b")]],
    ["several lines of data", "data: a\ndata:\ndata: b\n\n", [message("a\n\nb")]],
    [
      "data without a space, with one and with two",
      "data:a\n\ndata: b\n\ndata:  c\n\n",
      [message("a"), message("b"), message(" c")],
    ],
    ["a colon in the data", "data: a: b\n\n", [message("a: b")]],
    ["a field without a colon", "data\n\n", [message("")]],
    ["an event type", "event: error\ndata: a\n\ndata: b\n\n", [{ event: "error", data: "a" }, message("b")]],
    ["comments and unknown fields", ": alive\n\nid: 1\nretry: 5\ndata: a\n: more\nother: x\n\n", [message("a")]],
    ["an event type without data, which is not an event", "event: ping\n\ndata: a\n\n", [message("a")]],
    ["a byte order mark", "\u{feff}data: a\n\n", [message("a")]],
    ["U+2028, which does not end a line", "data: a\u{2028}b\n\n", [message("a\u{2028}b")]],
    ["nothing after [DONE]", "data: a\n\ndata: [DONE]\n\ndata: b\n\n", [message("a")]],
    ["an empty stream", "", []],
    ["only line ends", "\n\r\n\r\n\n", []],
    ["an event that is truncated before its empty line", "data: a\n\ndata: b\n", [message("a"), malformed]],
    ["an event that is truncated inside a line", "data: a\n\nda", [message("a"), malformed]],
  ])("parses %s, as one chunk and byte by byte", async (_, text, expected) => {
    expect(await read([utf8(text)])).toEqual(expected);
    expect(await read(Array.from(utf8(text), (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it.each<[string, readonly number[]]>([
    ["a byte that is invalid in UTF-8", [0xff, 0x0a]],
    ["a truncated character", [0xc3]],
  ])("rejects %s", async (_, bytes) => {
    expect(await read([Uint8Array.of(...utf8("data: "), ...bytes)])).toEqual([malformed]);
  });

  it("keeps U+FEFF inside the text, also at the start of a chunk", async () => {
    expect(await read([utf8("data: a"), utf8("\u{feff}b\n\n")])).toEqual([message("a\u{feff}b")]);
    expect(await read([utf8("\u{feff}"), utf8("\u{feff}data: a\n\ndata: b\n\n")])).toEqual([message("b")]);
  });

  it("rejects an event above the limit, in one line or several, and accepts one below", async () => {
    expect(await read([utf8(`data: ${"a".repeat(14)}\n\n`)], 20)).toEqual([message("a".repeat(14))]);
    expect(await read([utf8(`data: a\n\ndata: ${"a".repeat(15)}\n\n`)], 20)).toEqual([message("a"), malformed]);
    expect(await read([utf8("data: a\n".repeat(3))], 20)).toEqual([malformed]);
  });

  it("rejects an endless line as soon as it is too long", async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; ; pulled += 1) yield utf8("aaaaa");
    }
    const reading = async () => {
      for await (const event of readEvents(endless(), 20)) expect(event).toBeUndefined();
    };
    await expect(reading()).rejects.toMatchObject({ kind: "malformed" });
    expect(pulled).toBe(4);
  });

  it("accepts any number of comments", async () => {
    expect(await read([utf8(": alive\n\n".repeat(100)), utf8("data: a\n\n")], 20)).toEqual([message("a")]);
  });

  it("parses the same events for any chunk boundaries", async () => {
    const line = fc.constantFrom(
      "data: é",
      "data:",
      "event: x",
      ": c",
      "data: 😀a",
      "",
      "",
      "\u{feff}",
      "id: 1",
      "data: [DONE]",
    );
    const end = fc.constantFrom("\n", "\r\n", "\r");
    const stream = fc.array(fc.tuple(line, end), { maxLength: 20 }).map((lines) => utf8(lines.flat().join("")));
    const cuts = fc.array(fc.nat(200), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stream, cuts, async (bytes, at) => {
        const sorted = [0, ...at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const chunks = sorted.slice(1).map((cut, index) => bytes.subarray(sorted[index], cut));
        expect(await read(chunks)).toEqual(await read([bytes]));
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { parseServerTiming } from "../../../src/inference/protocol/server-timing.ts";

describe("parseServerTiming", () => {
  it.each<[string, string | null, readonly unknown[]]>([
    ["no header", null, []],
    ["an empty header", "", []],
    ["one entry", "queue;dur=1.5", [{ name: "queue", ms: 1.5 }]],
    [
      "several",
      "queue;dur=1, decode;dur=20.25",
      [
        { name: "queue", ms: 1 },
        { name: "decode", ms: 20.25 },
      ],
    ],
    [
      "a description with commas and semicolons",
      'a;desc="x, y; dur=9 \\" z";dur=2,b;dur=3',
      [
        { name: "a", ms: 2 },
        { name: "b", ms: 3 },
      ],
    ],
    ["spaces and uppercase letters", " a ; DUR = 4 ", [{ name: "a", ms: 4 }]],
    ["a quoted duration", 'a;dur="5"', [{ name: "a", ms: 5 }]],
    ["entries without a duration", "miss, hit;desc=x, a;dur=1", [{ name: "a", ms: 1 }]],
    ["invalid durations", "a;dur=x, b;dur=-1, c;dur=1e3, ;dur=1", []],
    ["an unterminated quote", 'a;dur=1, b;desc="x;dur=2', [{ name: "a", ms: 1 }]],
  ])("parses %s", (_, header, expected) => {
    expect(parseServerTiming(header)).toEqual(expected);
  });
});

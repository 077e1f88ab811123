import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { customIdOf, readLine } from "../../src/batches/batch-line.ts";
import { MAX_CUSTOM_ID } from "../../src/contract/batches.ts";
import { batchLine } from "../support/batch-world.ts";

const line = (text: string, isTooLong = false) => ({ bytes: new TextEncoder().encode(text), isTooLong });
const read = (text: string) => readLine(line(text), "/v1/caption");

describe("a line of a batch", () => {
  it("is a request", () => {
    expect(read(batchLine("a", { image: "x" }))).toEqual({ kind: "request", customId: "a", body: { image: "x" } });
    expect(read('\uFEFF{"custom_id":"a","url":"/v1/caption","body":{}}\r')).toMatchObject({
      kind: "request",
      customId: "a",
    });
  });

  it.each([
    ["no JSON", '{"custom_id":"a"', "a"],
    ["no JSON, with an escaped id", '{ "custom_id" : "a\\"b", x', 'a"b'],
    ["no object", '["a"]', null],
    ["no id", '{"url":"/v1/caption","body":{}}', null],
    ["an id that is no text", '{"custom_id":1,"url":"/v1/caption","body":{}}', null],
    ["an empty id", '{"custom_id":"","url":"/v1/caption","body":{}}', null],
    ["an id that is too long", batchLine("x".repeat(MAX_CUSTOM_ID + 1)), null],
    ["another method", '{"custom_id":"a","method":"GET","url":"/v1/caption","body":{}}', "a"],
    ["another url", batchLine("a", {}, "/v1/ocr"), "a"],
    ["no body", '{"custom_id":"a","url":"/v1/caption"}', "a"],
    ["a body that is a text", '{"custom_id":"a","url":"/v1/caption","body":"{}"}', "a"],
    ["a stream", batchLine("a", { stream: true }), "a"],
    ["a drawing", batchLine("a", { overlay: "svg" }), "a"],
    ["too much structure", `{"custom_id":"a","body":${"[".repeat(100)}`, "a"],
    ["what looks as if it were read", '{"kind":"broken","customId":"a","code":"internal"}', null],
  ])("is broken: %s", (_, text, customId) => {
    expect(read(text)).toMatchObject({ kind: "broken", customId, code: "line-invalid" });
  });

  it("may say that it wants no stream", () => {
    expect(read(batchLine("a", { stream: false, overlay: null }))).toMatchObject({ kind: "request" });
  });

  it("is too long", () => {
    const found = readLine(line('{"custom_id":"a","body"', true), "/v1/caption");
    expect(found).toMatchObject({ kind: "broken", customId: "a", code: "line-too-long" });
  });

  it("has an id, whatever else is wrong with it, so that two lines with one are found", () => {
    expect(
      [batchLine("a", {}, "/v1/ocr"), '{"custom_id":"a"', '{"body":{},"custom_id":"a"}'].map((text) =>
        customIdOf(line(text)),
      ),
    ).toEqual(["a", "a", "a"]);
    expect(customIdOf(line("{}"))).toBeNull();
  });

  it("is no UTF-8", () => {
    const bytes = new TextEncoder().encode(batchLine("a", { image: "x" })).map((byte) => (byte === 0x78 ? 0xff : byte));
    expect(readLine({ bytes, isTooLong: false }, "/v1/caption")).toMatchObject({ kind: "broken", customId: "a" });
  });

  it("is something, whatever the bytes", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        fc.boolean(),
        (bytes, isTooLong) => {
          expect(["request", "broken"]).toContain(readLine({ bytes, isTooLong }, "/v1/caption").kind);
        },
      ),
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { MAX_BODY_BYTES } from "../../src/http/body.ts";
import { parseForm, type SentForm } from "../../src/http/form.ts";
import { anyForm } from "../support/any-form.ts";
import { fakeApp } from "../support/fake-service.ts";
import { latin1 } from "../support/text-bytes.ts";

const bytesOf = ({ files }: SentForm) => files.map((file) => (file.kind === "bytes" ? [...file.bytes] : file.text));

/** The code of the problem with a form; undefined if it is parsed. Throws what is not a problem. */
function codeOf(body: Uint8Array, contentType: string): string | undefined {
  try {
    parseForm(body, contentType);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.code;
    throw thrown;
  }
}

describe("a form in any encoding", () => {
  it("has exactly the bytes of its files and the texts of its fields", () => {
    const forms = new Set<string>();
    fc.assert(
      fc.property(anyForm, ({ contentType, body, files, fields }) => {
        forms.add(`${contentType} ${body.join()}`);
        const form = parseForm(body, contentType);
        expect(bytesOf(form)).toEqual(files.map((file) => [...file]));
        expect(form.fields).toEqual(fields);
      }),
      { numRuns: 1000 },
    );
    expect(forms.size).toBeGreaterThan(900);
  });

  it("that is damaged anywhere is parsed, or is a problem of the request", () => {
    const damage = fc.record({ at: fc.nat(), removed: fc.nat({ max: 3 }), added: fc.uint8Array({ maxLength: 3 }) });
    fc.assert(
      fc.property(anyForm, fc.array(damage, { maxLength: 3 }), ({ contentType, body }, damages) => {
        const bytes = [...body];
        for (const { at, removed, added } of damages) bytes.splice(at % (bytes.length + 1), removed, ...added);
        expect([undefined, "invalid-request"]).toContain(codeOf(Uint8Array.from(bytes), contentType));
      }),
      { numRuns: 1000 },
    );
  });

  it("is answered or refused, and is never a fault of the server", async () => {
    await fc.assert(
      fc.asyncProperty(anyForm, async ({ contentType, body }) => {
        const { app, logged } = fakeApp();
        const headers = { "content-type": contentType };
        const { status } = await app.request("/v1/caption", { method: "POST", body, headers });
        expect([200, 400]).toContain(status);
        expect(logged).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the largest form is parsed in linear time", () => {
  const boundary = "b".repeat(70);
  const contentType = `multipart/form-data; boundary=${boundary}`;
  const start = latin1(`--${boundary}\r\n\r\n`);
  /** Linear time takes less than a second; quadratic time would take hours. */
  const TIMEOUT_MS = 20_000;

  it.each([
    ["line feeds", "\n"],
    ["line breaks", "\r\n"],
    ["delimiters that lack one character", `\r\n--${boundary.slice(1)}`],
    ["padded lines that end otherwise", `\r\n--${boundary}${" ".repeat(1000)}x`],
    ["hyphens", "-"],
    ["header lines", "a: b\r\n"],
  ])("if it is full of %s", { timeout: TIMEOUT_MS }, (_, piece) => {
    for (const beginning of [start, new Uint8Array()]) {
      const body = new Uint8Array(MAX_BODY_BYTES);
      body.set(beginning);
      const pattern = latin1(piece);
      for (let at = beginning.length; at + pattern.length <= body.length; at += pattern.length) body.set(pattern, at);
      expect(codeOf(body, contentType)).toBe("invalid-request");
    }
  });
});

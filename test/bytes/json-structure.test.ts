import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonExcess, type JsonLimits } from "../../src/bytes/json-structure.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const unlimited: JsonLimits = { depth: Infinity, containers: Infinity, commas: Infinity, names: Infinity };

/** The structure of a value, counted after parsing: what the limits count before it. */
function structureOf(value: unknown): JsonLimits {
  if (typeof value !== "object" || value === null) return { depth: 0, containers: 0, commas: 0, names: 0 };
  const members: readonly unknown[] = Object.values(value);
  const inside = members.map(structureOf);
  const sum = (key: "containers" | "commas" | "names") => inside.reduce((total, each) => total + each[key], 0);
  return {
    depth: 1 + Math.max(0, ...inside.map(({ depth }) => depth)),
    containers: 1 + sum("containers"),
    commas: Math.max(0, members.length - 1) + sum("commas"),
    names: (Array.isArray(value) ? 0 : members.length) + sum("names"),
  };
}

/** Texts with every character that could be mistaken for structure. */
const text = fc.string({ unit: fc.constantFrom("a", '"', "\\", "[", "]", "{", "}", ",", ":", "é", "\u{1F600}", "\n") });
const longText = fc.tuple(text, fc.constantFrom("", "A".repeat(100))).map((parts) => parts.join(""));

const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, longText, fc.integer(), fc.boolean(), tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  object: fc.dictionary(longText, tie("value"), { maxKeys: 4 }),
})).value;

describe("the structure of a JSON text", () => {
  it("is within limits that are exactly its own, and exceeds each that is lower", () => {
    fc.assert(
      fc.property(json, fc.nat({ max: 3 }), (value, indent) => {
        const bytes = utf8(JSON.stringify(value, undefined, indent));
        const structure = structureOf(value);
        expect(jsonExcess(bytes, structure)).toBeUndefined();
        const counts = Object.entries(structure).filter(([, count]) => count > 0);
        for (const [key, count] of counts) {
          expect(jsonExcess(bytes, { ...unlimited, [key]: count - 1 })).toContain(String(count - 1));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("is counted in any bytes, whole or cut off", () => {
    fc.assert(
      fc.property(fc.uint8Array(), json, fc.nat(), (bytes, value, cut) => {
        expect(jsonExcess(bytes, unlimited)).toBeUndefined();
        const whole = utf8(JSON.stringify(value));
        expect(jsonExcess(whole.subarray(0, cut % (whole.length + 1)), structureOf(value))).toBeUndefined();
      }),
    );
  });

  it.each(['"', "\\", '\\"', '"",', "[", "{}", ":", '"\\\\"', " ", '"' + "a".repeat(40) + '\\""'])(
    "is counted in linear time in a million of %s",
    (piece) => {
      const bytes = utf8(`["${piece.repeat(1_000_000)}`);
      const begun = performance.now();
      jsonExcess(bytes, unlimited);
      jsonExcess(bytes.subarray(1), unlimited);
      // Some ten milliseconds; in quadratic time, hours.
      expect(performance.now() - begun).toBeLessThan(5000);
    },
  );
});

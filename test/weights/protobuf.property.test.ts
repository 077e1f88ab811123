import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesField, readFields, varintField } from "../../src/weights/protobuf.ts";

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const value = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 }).map((varint) => ({ varint, bytes: undefined })),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ varint: undefined, bytes })),
);
const message = fc.array(fc.tuple(number, value), { maxLength: 12 });

type Message = readonly (readonly [
  number,
  { readonly varint: number | undefined; readonly bytes: Uint8Array | undefined },
])[];

function encode(fields: Message): Uint8Array {
  const pieces = fields.flatMap(([at, { varint, bytes }]) =>
    bytes === undefined ? [varintField(at, varint ?? 0)] : bytesField(at, [bytes]),
  );
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Returns the offset at which parsing ended, or the error that it threw. */
function result(bytes: Uint8Array): unknown {
  try {
    return readFields(bytes, 0, bytes.length).at(-1)?.end ?? 0;
  } catch (thrown) {
    return thrown;
  }
}

describe("a protobuf message", () => {
  it("is parsed into the encoded fields, in order", () => {
    fc.assert(
      fc.property(message, (fields) => {
        const bytes = encode(fields);
        const parsed = readFields(bytes, 0, bytes.length);
        expect(parsed.map((field) => field.number)).toEqual(fields.map(([at]) => at));
        const payloads = parsed.map((field) => bytes.subarray(field.value, field.end));
        const encoded = fields.flatMap(([, { bytes: payload }], index) =>
          payload === undefined ? [] : [{ payload, index }],
        );
        expect(encoded.map(({ index }) => payloads[index])).toEqual(encoded.map(({ payload }) => payload));
      }),
    );
  });

  it("is covered by its fields without gaps", () => {
    fc.assert(
      fc.property(message, (fields) => {
        const bytes = encode(fields);
        const parsed = readFields(bytes, 0, bytes.length);
        const starts = parsed.map((field) => field.start);
        expect([...starts, bytes.length]).toEqual([0, ...parsed.map((field) => field.end)]);
      }),
    );
  });

  it("is parsed to its end or rejected with RangeError, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect([bytes.length, expect.any(RangeError)]).toContainEqual(result(bytes));
      }),
    );
  });
});

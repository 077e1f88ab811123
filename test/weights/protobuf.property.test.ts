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

function write(fields: Message): Uint8Array {
  const pieces = fields.flatMap(([at, { varint, bytes }]) =>
    bytes === undefined ? [varintField(at, varint ?? 0)] : bytesField(at, [bytes]),
  );
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Where reading ended, or what it threw. */
function outcome(bytes: Uint8Array): unknown {
  try {
    return readFields(bytes, 0, bytes.length).at(-1)?.end ?? 0;
  } catch (thrown) {
    return thrown;
  }
}

describe("a protobuf message", () => {
  it("gives back the fields that were written, in their order", () => {
    fc.assert(
      fc.property(message, (fields) => {
        const bytes = write(fields);
        const read = readFields(bytes, 0, bytes.length);
        expect(read.map((field) => field.number)).toEqual(fields.map(([at]) => at));
        const payloads = read.map((field) => bytes.subarray(field.value, field.end));
        const written = fields.flatMap(([, { bytes: payload }], index) =>
          payload === undefined ? [] : [{ payload, index }],
        );
        expect(written.map(({ index }) => payloads[index])).toEqual(written.map(({ payload }) => payload));
      }),
    );
  });

  it("is covered by its fields without a gap", () => {
    fc.assert(
      fc.property(message, (fields) => {
        const bytes = write(fields);
        const read = readFields(bytes, 0, bytes.length);
        const starts = read.map((field) => field.start);
        expect([...starts, bytes.length]).toEqual([0, ...read.map((field) => field.end)]);
      }),
    );
  });

  it("is read to its end or refused, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect([bytes.length, expect.any(RangeError)]).toContainEqual(outcome(bytes));
      }),
    );
  });
});

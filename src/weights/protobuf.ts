/** The wire types of protobuf that ONNX files use. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const widths = new Map<number, number>([
  [wire.fixed64, 8],
  [wire.fixed32, 4],
]);

/** One field of a protobuf message, as offsets into the bytes it was found in. */
export interface Field {
  readonly number: number;
  /** Where the field begins, its tag included. */
  readonly start: number;
  /** Where its value begins: behind the tag and, for `wire.bytes`, behind the length. */
  readonly value: number;
  readonly end: number;
}

interface Varint {
  readonly value: number;
  readonly end: number;
}

function readVarint(bytes: Uint8Array, start: number): Varint {
  let value = 0;
  let scale = 1;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 0x80;
  }
  throw new RangeError(`protobuf: the bytes end inside a number at ${start}`);
}

function readField(bytes: Uint8Array, start: number): Field {
  const tag = readVarint(bytes, start);
  const type = tag.value % 8;
  const number = (tag.value - type) / 8;
  if (type === wire.varint) return { number, start, value: tag.end, end: readVarint(bytes, tag.end).end };
  if (type === wire.bytes) {
    const length = readVarint(bytes, tag.end);
    return { number, start, value: length.end, end: length.end + length.value };
  }
  const width = widths.get(type);
  if (width === undefined) throw new RangeError(`protobuf: no wire type ${type}, at ${start}`);
  return { number, start, value: tag.end, end: tag.end + width };
}

/** The fields of the message that lies between `start` and `end`, in their order. Throws `RangeError` where the bytes are no protobuf. */
export function readFields(bytes: Uint8Array, start: number, end: number): readonly Field[] {
  const fields: Field[] = [];
  for (let at = start; at < end;) {
    const field = readField(bytes, at);
    if (field.end > end) throw new RangeError(`protobuf: the field at ${at} is longer than its message`);
    fields.push(field);
    at = field.end;
  }
  return fields;
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** A number as a field. */
export function varintField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + wire.varint), ...varint(value)]);
}

/** A length-delimited field around pieces that are not joined yet. */
export function bytesField(number: number, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [Uint8Array.from([...varint(number * 8 + wire.bytes), ...varint(length)]), ...pieces];
}

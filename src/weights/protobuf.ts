/** The wire types of protobuf that ONNX files use. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const widths = new Map<number, number>([
  [wire.fixed64, 8],
  [wire.fixed32, 4],
]);

/** One field of a protobuf message, as offsets into the parsed bytes. */
export interface Field {
  readonly number: number;
  /** Offset of the field, tag included. */
  readonly start: number;
  /** Offset of the value: after the tag and, for `wire.bytes`, after the length. */
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
  for (let offset = start; offset < bytes.length; offset++) {
    const byte = bytes[offset] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: offset + 1 };
    scale *= 0x80;
  }
  throw new RangeError(`protobuf: the bytes end inside a number at ${start}`);
}

/** Maximum length in bytes of a field's tag and of what follows it, a varint: the length of the value, or the value itself. */
export const MAX_FIELD_HEADER_BYTES = 20;

/**
 * Parses the field at `start`, of whose value only a varint need be in `bytes`: `end` may lie behind them. Throws `RangeError` if
 * the bytes are not protobuf.
 */
export function readField(bytes: Uint8Array, start: number): Field {
  const tag = readVarint(bytes, start);
  const type = tag.value % 8;
  const number = (tag.value - type) / 8;
  if (number === 0) throw new RangeError(`protobuf: no field has the number 0, at ${start}`);
  if (type === wire.varint) return { number, start, value: tag.end, end: readVarint(bytes, tag.end).end };
  if (type === wire.bytes) {
    const length = readVarint(bytes, tag.end);
    return { number, start, value: length.end, end: length.end + length.value };
  }
  const width = widths.get(type);
  if (width === undefined) throw new RangeError(`protobuf: no wire type ${type}, at ${start}`);
  return { number, start, value: tag.end, end: tag.end + width };
}

/** Parses the fields of the message from `start` to `end`, in order. Throws `RangeError` if the bytes are not protobuf. */
export function readFields(bytes: Uint8Array, start: number, end: number): readonly Field[] {
  const fields: Field[] = [];
  for (let offset = start; offset < end;) {
    const field = readField(bytes, offset);
    if (field.end > end) throw new RangeError(`protobuf: the field at ${offset} is longer than its message`);
    fields.push(field);
    offset = field.end;
  }
  return fields;
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** Encodes an unsigned integer as a varint field. */
export function varintField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + wire.varint), ...varint(value)]);
}

/** Encodes a length-delimited field. Returns its header and then `pieces`, not concatenated. */
export function bytesField(number: number, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [Uint8Array.from([...varint(number * 8 + wire.bytes), ...varint(length)]), ...pieces];
}

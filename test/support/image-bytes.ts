/** The big-endian bytes of a 32-bit number. */
function bytes32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}

/** Concatenates bytes. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** The CRC-32 of PNG, computed bit by bit: fast enough for small test images. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Returns a PNG chunk. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const typed = joinBytes(new TextEncoder().encode(type), data);
  return joinBytes(bytes32(data.length), typed, bytes32(crc32(typed)));
}

/** Returns bytes whose last bit is inverted: of a PNG chunk, that of its checksum. */
export function withWrongEnd(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
}

/** Compresses bytes in zlib's format, as in a PNG's IDAT chunks. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Returns a JPEG segment. */
export function jpegSegment(code: number, data: Uint8Array | readonly number[]): Uint8Array {
  const length = data.length + 2;
  return Uint8Array.of(0xff, code, length >> 8, length & 255, ...data);
}

/** Returns the code and the offset of each JPEG segment up to and including the first scan. */
export function jpegSegments(jpeg: Uint8Array): readonly { readonly code: number; readonly at: number }[] {
  const segments = [];
  for (let at = 2; at < jpeg.length; at += 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0)) {
    const code = jpeg[at + 1] ?? 0;
    segments.push({ code, at });
    if (code === 0xda) break;
  }
  return segments;
}

/** Returns a JPEG with a stray byte before its second segment. */
export function withStrayByte(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  const second = jpegSegments(jpeg)[1]?.at;
  return joinBytes(jpeg.subarray(0, second), new Uint8Array(1), jpeg.subarray(second));
}

/** Returns the first half of a JPEG file, followed by an end marker. */
export function halfJpeg(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  return joinBytes(jpeg.subarray(0, jpeg.length / 2), Uint8Array.of(0xff, 0xd9));
}

/** Returns a PNG's IHDR chunk. */
export function ihdr(width: number, height: number, bitDepth: number, colourType: number, interlacing = 0): Uint8Array {
  const rest = Uint8Array.of(bitDepth, colourType, 0, 0, interlacing);
  return pngChunk("IHDR", joinBytes(bytes32(width), bytes32(height), rest));
}

/** Returns a PNG of these chunks and IEND. */
export function pngOf(...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes(pngSignature, ...chunks, pngChunk("IEND", new Uint8Array()));
}

/** The PNG signature. */
export const pngSignature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Returns a PNG of a single grey level with one bit per pixel, so that even a bomb of 20000 x 20000 pixels is built quickly. */
export async function bilevelPng(width: number, height: number, padding = 0): Promise<Uint8Array<ArrayBuffer>> {
  const rows = new Uint8Array((Math.ceil(width / 8) + 1) * height);
  return pngOf(
    ihdr(width, height, 1, 0),
    ...(padding > 0 ? [pngChunk("prVt", new Uint8Array(padding))] : []),
    pngChunk("IDAT", await deflate(rows)),
  );
}

/** Returns a grey PNG with data that inflate to this many bytes. */
export async function inflatingPng(side: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return pngOf(ihdr(side, side, 8, 0), pngChunk("IDAT", await deflate(new Uint8Array(bytes))));
}

/**
 * Packs values in GIF's LZW into sub-blocks of at most `blockBytes`. Each value is a code of its own, with a clear code before the code size
 * would grow.
 */
export function packLzw(values: readonly number[], minimumCodeSize: number, blockBytes = 255): Uint8Array<ArrayBuffer> {
  const clear = 2 ** minimumCodeSize;
  const codes = values.flatMap((value, at) => (at % (clear - 2) === 0 ? [clear, value] : [value]));
  const bits = [...codes, clear + 1].flatMap((code) =>
    Array.from({ length: minimumCodeSize + 1 }, (_, bit) => (code >> bit) & 1),
  );
  const packed = Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, at) => sum + bit * 2 ** at, 0),
  );
  const blocks = Array.from({ length: Math.ceil(packed.length / blockBytes) }, (_, block) =>
    packed.slice(block * blockBytes, block * blockBytes + blockBytes),
  );
  return Uint8Array.from([...blocks.flatMap((block) => [block.length, ...block]), 0]);
}

/** Big-endian bytes of a 32-bit number. */
function bytes32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}

/** Bytes one behind the other. */
export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** CRC-32 as PNG wants it, bit by bit: test pictures are small. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** One PNG chunk. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const typed = joinBytes(new TextEncoder().encode(type), data);
  return joinBytes(bytes32(data.length), typed, bytes32(crc32(typed)));
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG of one grey level, one bit a pixel, so that even a bomb of 20000 x 20000 pixels is made at once. */
export async function bilevelPng(width: number, height: number, padding = 0): Promise<Uint8Array<ArrayBuffer>> {
  const header = joinBytes(bytes32(width), bytes32(height), new Uint8Array([1, 0, 0, 0, 0]));
  const rows = new Uint8Array((Math.ceil(width / 8) + 1) * height);
  return joinBytes(
    signature,
    pngChunk("IHDR", header),
    ...(padding > 0 ? [pngChunk("prVt", new Uint8Array(padding))] : []),
    pngChunk("IDAT", await deflate(rows)),
    pngChunk("IEND", new Uint8Array()),
  );
}

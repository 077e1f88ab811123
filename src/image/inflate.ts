import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, zlibInflate, zlibInflateInit2, ZStream } from "pako";

/** Bytes inflated at a time, into one buffer: the consumer can stop after any of them. */
const OUTPUT_BYTES = 64 * 1024;

/** `windowBits` of zlib's `inflateInit2` for a deflate stream without header and checksum. */
const RAW = -15;

/** Compression method and flags before a zlib stream (RFC 1950, 2.2). */
const ZLIB_HEADER_BYTES = 2;
/** Flag: a preset dictionary follows. */
const HAS_DICTIONARY = 0x20;

function hasZlibHeader([method = 0, flags = 0]: readonly number[]): boolean {
  const isDeflate = (method & 0x0f) === 8 && method >> 4 <= 7;
  return isDeflate && (method * 256 + flags) % 31 === 0 && (flags & HAS_DICTIONARY) === 0;
}

/** Returns the next two bytes of the parts, and then what follows them. */
function* withoutHeader(parts: Iterable<Uint8Array>, header: number[]): Generator<Uint8Array, void, void> {
  for (const part of parts) {
    const missing = ZLIB_HEADER_BYTES - header.length;
    header.push(...part.subarray(0, missing));
    if (part.length > missing) yield part.subarray(missing);
  }
}

/**
 * Yields what a zlib stream inflates to, until its end, its first damaged block, or the end of its parts; returns whether that was the stream's
 * end. Each chunk is valid until the next. The Adler-32 is not compared, and may be missing.
 *
 * As strict as zlib: libpng fails on each stream on which zlib fails.
 */
export function* inflated(parts: Iterable<Uint8Array>): Generator<Uint8Array, boolean, void> {
  const header: number[] = [];
  const stream = new ZStream();
  zlibInflateInit2(stream, RAW);
  stream.output = new Uint8Array(OUTPUT_BYTES);
  let status: number = Z_OK;
  for (const part of withoutHeader(parts, header)) {
    if (!hasZlibHeader(header)) return false;
    [stream.input, stream.next_in, stream.avail_in] = [part, 0, part.length];
    do {
      [stream.next_out, stream.avail_out] = [0, OUTPUT_BYTES];
      status = zlibInflate(stream, Z_NO_FLUSH);
      if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
    } while (status === Z_OK && (stream.avail_in > 0 || stream.avail_out === 0));
    // Without progress there was no more input: the next part may have it.
    if (status !== Z_OK && status !== Z_BUF_ERROR) break;
  }
  return status === Z_STREAM_END;
}

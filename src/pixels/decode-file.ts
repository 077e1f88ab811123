import type { Pixels } from "./pixel-rows.ts";

/**
 * Decodes a whole file and passes its pixels to `read`: RGBA, 8 bits per channel, rows from the top, as stored (`preprocess`
 * applies the orientation tag). The pixels are a view of the codec's memory, or rows as they are decoded, and are valid until `read` returns; `read` is
 * synchronous, so no other task runs before that. Throws `Problem` `image-corrupt`.
 *
 * The codecs share one memory (`codec-memory.ts`): a WebAssembly memory never shrinks, and nothing makes workerd collect a dropped one (40 instances
 * of 20 MB stayed in memory, 40 buffers of 40 MB did not). A codec is started again after it failed, because its state does not allow another image,
 * and after another has had the memory.
 */
export type Decode = <Result>(bytes: Uint8Array, read: (pixels: Pixels) => Result) => Promise<Result>;

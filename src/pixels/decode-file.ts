/**
 * Decodes a whole file and hands its pixels to `read`: RGBA, 8 bits a channel, rows from the top, as stored (an orientation
 * tag is for `preprocess`). They lie in the codec's own memory, uncopied, and are gone when `read` returns, which it does
 * before anybody else's turn. Throws `Problem` `image-corrupt`.
 *
 * A codec is kept from one picture to the next: a WebAssembly memory never shrinks, and nothing makes workerd collect one
 * that has been dropped (40 instances of 20 MB stayed, 40 buffers of 40 MB did not). Only one that has failed is dropped,
 * because it is in no state to go on.
 */
export type Decode = <Result>(bytes: Uint8Array, read: (rgba: Uint8Array) => Result) => Promise<Result>;

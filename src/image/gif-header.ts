import { readGifFrame } from "./gif-frame.ts";
import type { SniffResult } from "./header.ts";

/**
 * Reads the header of a GIF; `bytes` start with the signature. Never throws, never reads past the end, linear in the file's length.
 *
 * The image is the first frame on the logical screen: what a viewer shows before an animation starts. The file may end after that frame;
 * the decoder refuses it if a pixel of the frame is missing.
 */
export function readGifHeader(bytes: Uint8Array): SniffResult {
  const frame = readGifFrame(bytes);
  return "refused" in frame ? frame : { format: "gif", ...frame.screen };
}

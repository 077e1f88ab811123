import { joinBytes, jpegSegments } from "./image-bytes.ts";
import { vectorImage } from "./vector-images.ts";

/** A baseline JPEG, whose segments tests change. */
export const jpeg = vectorImage("baseline-422-501x333.jpg");

/** What its header check returns. */
export const header = { format: "jpeg", width: 501, height: 333 };

/** The segments up to its scan. */
export const segments = jpegSegments(jpeg);

/** Offset of its frame header, of its scan header, and of its end marker. */
export const frame = segments.find(({ code }) => code === 0xc0)?.at ?? 0;
export const scan = segments.at(-1)?.at ?? 0;
export const end = jpeg.length - 2;

/** Returns the file with more bytes at an offset. */
export function insert(at: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(jpeg.subarray(0, at), ...parts, jpeg.subarray(at));
}

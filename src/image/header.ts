/** Format and size of a decodable file. Sizes are in pixels, as displayed: after the EXIF orientation is applied. */
export interface ImageHeader {
  readonly format: "gif" | "jpeg" | "png" | "webp";
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 2 to 8: how the stored rows are rotated or mirrored for display. Absent if they are stored as displayed. */
  readonly orientation?: number;
}

/** Why a file is refused: the problem's code, and one sentence with the finding. */
export interface Refusal {
  readonly refused: "unsupported-image" | "image-corrupt";
  readonly reason: string;
}

/** The result of reading a header. Only a complete file gets an `ImageHeader`. */
export type SniffResult = ImageHeader | Refusal;

/** Refuses a file whose format, or variant of a format, cannot be decoded. */
export function unsupported(reason: string): Refusal {
  return { refused: "unsupported-image", reason };
}

/** Refuses a damaged or incomplete file. */
export function corrupt(reason: string): Refusal {
  return { refused: "image-corrupt", reason };
}

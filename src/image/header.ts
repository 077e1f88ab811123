/** What a decodable file's header says. Sizes are in pixels, as a viewer shows the picture: turned as its EXIF data say. */
export interface ImageHeader {
  readonly format: "gif" | "jpeg" | "png" | "webp";
  readonly width: number;
  readonly height: number;
  /** EXIF's number, 2 to 8, of how the stored rows are turned or mirrored to be seen; left out where they are as seen. */
  readonly orientation?: number;
}

/** Why a file is refused: the problem's code, and one sentence that names what was found. */
export interface Refusal {
  readonly refused: "unsupported-image" | "image-corrupt";
  readonly reason: string;
}

/** The outcome of reading a header. An `ImageHeader` is only given for a file that is there to its end. */
export type Sniffed = ImageHeader | Refusal;

export function unsupported(reason: string): Refusal {
  return { refused: "unsupported-image", reason };
}

export function corrupt(reason: string): Refusal {
  return { refused: "image-corrupt", reason };
}

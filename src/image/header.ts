/** What a decodable file's header says. Sizes are in pixels, as stored: an orientation tag is not applied. */
export interface ImageHeader {
  readonly format: "jpeg" | "png";
  readonly width: number;
  readonly height: number;
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

import type { Sample } from "./samples.ts";
import type { Picture } from "./state.ts";

/** Most pixels that are sent: what a deployment takes (`MAX_IMAGE_PIXELS`). A phone's camera has six times as many, and the model sees a small square. */
export const MAX_SENT_PIXELS = 2_000_000;

/** Quality of a picture that is encoded again: no difference that one sees. */
const QUALITY = 0.92;

/** What the API reads; anything else that the browser can show is encoded again. */
const READ_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size at which a picture is sent: its own, or as large as allowed with the same sides to each other. */
export function sentSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(MAX_SENT_PIXELS / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

async function encodedAgain(bitmap: ImageBitmap, { width, height }: Size): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

interface Prepared {
  readonly image: Blob;
  readonly size: Size | undefined;
  readonly note: string;
}

/** The file as it is sent. One that the browser cannot read goes as it is: the API says what is wrong with it. */
async function prepared(file: Blob): Promise<Prepared> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap === undefined) return { image: file, size: undefined, note: "" };
  const size = sentSize(bitmap);
  try {
    if (size.width === bitmap.width && READ_TYPES.has(file.type)) return { image: file, size, note: "" };
    const note = `Sent as a JPEG of ${size.width} × ${size.height} pixels, made here; the file has ${bitmap.width} × ${bitmap.height}.`;
    return { image: await encodedAgain(bitmap, size), size, note };
  } finally {
    bitmap.close();
  }
}

/** A picture out of a file. */
export async function pictureOf(file: Blob, name: string, description = ""): Promise<Picture> {
  const { image, size, note } = await prepared(file);
  return { name, image, size, note, description, shown: size && URL.createObjectURL(image) };
}

/** Where a sample lies. */
export function sampleAddress({ file }: Sample): string {
  return `/samples/${file}`;
}

/** A picture out of a sample. Rejects where it cannot be loaded. */
export async function pictureOfSample(sample: Sample, fetch: typeof globalThis.fetch): Promise<Picture> {
  const response = await fetch(sampleAddress(sample));
  if (!response.ok) throw new Error(`${sampleAddress(sample)}: status ${response.status}`);
  return pictureOf(await response.blob(), sample.file, sample.description);
}

/** Whether a text is an address, and not a sample's name. */
export function isAddress(text: string): boolean {
  return /^https?:\/\//iu.test(text);
}

/** A picture that the API fetches. This page loads nothing from elsewhere, so it is shown once the API has sent it along. */
export function pictureAt(address: string): Picture {
  const name = address.replace(/[?#].*$/u, "").replace(/^.*\//u, "");
  const note = "This page loads nothing from other sites: the picture is shown with its answer.";
  return { name, image: address, size: undefined, note, description: `The picture at ${address}`, shown: undefined };
}

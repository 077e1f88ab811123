import type { Sample } from "./samples.ts";
import type { SelectedImage } from "./state.ts";

/**
 * Maximum number of pixels of an uploaded image: the limit of a deployment (`MAX_IMAGE_PIXELS`). A phone's camera has
 * six times as many, and the model resizes every image to a small square.
 */
export const MAX_UPLOAD_PIXELS = 2_000_000;

/** JPEG quality of a re-encoded image, without a visible difference. */
const QUALITY = 0.92;

/** Media types that the API accepts; an image of any other type that the browser can decode is re-encoded. */
const ACCEPTED_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Returns the size at which an image is uploaded: its own, or the largest allowed size with the same aspect ratio. */
export function uploadSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(MAX_UPLOAD_PIXELS / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

async function reencode(bitmap: ImageBitmap, { width, height }: Size): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

interface Upload {
  readonly file: Blob;
  readonly size: Size | undefined;
  readonly note: string;
}

/** Prepares a file for upload. A file that the browser cannot decode is sent unchanged: the API reports what is wrong with it. */
async function prepareUpload(file: Blob): Promise<Upload> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap === undefined) return { file, size: undefined, note: "" };
  const size = uploadSize(bitmap);
  try {
    if (size.width === bitmap.width && ACCEPTED_TYPES.has(file.type)) return { file, size, note: "" };
    const note = `Sent as a JPEG of ${size.width} × ${size.height} pixels, made here; the file has ${bitmap.width} × ${bitmap.height}.`;
    return { file: await reencode(bitmap, size), size, note };
  } finally {
    bitmap.close();
  }
}

/** Creates the image of a file. It has a size and a display URL if the browser can decode the file. */
export async function imageFromFile(file: Blob, name: string, description = ""): Promise<SelectedImage> {
  const { file: source, size, note } = await prepareUpload(file);
  return { name, source, size, note, description, displayUrl: size && URL.createObjectURL(source) };
}

/** Returns the URL path of a sample. */
export function sampleUrl({ file }: Sample): string {
  return `/samples/${file}`;
}

/** Loads the image of a sample. Rejects if it cannot be loaded. */
export async function imageFromSample(sample: Sample, fetch: typeof globalThis.fetch): Promise<SelectedImage> {
  const response = await fetch(sampleUrl(sample));
  if (!response.ok) throw new Error(`${sampleUrl(sample)}: status ${response.status}`);
  return imageFromFile(await response.blob(), sample.file, sample.description);
}

/** Returns whether a text is an http or https URL, and not a sample's name. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//iu.test(text);
}

/** Creates an image that the API fetches. The page loads nothing from other sites, so the image is displayed once an answer of the API contains it. */
export function imageFromUrl(url: string): SelectedImage {
  const name = url.replace(/[?#].*$/u, "").replace(/^.*\//u, "");
  const note = "This page loads nothing from other sites: the picture is shown with its answer.";
  return { name, source: url, size: undefined, note, description: `The picture at ${url}`, displayUrl: undefined };
}

/** Returns an image of earlier with a display URL that works: the page revokes that of an image when another is shown. */
export function shownAgain(image: SelectedImage): SelectedImage {
  const { source, displayUrl } = image;
  return typeof source === "string" || displayUrl === undefined
    ? image
    : { ...image, displayUrl: URL.createObjectURL(source) };
}

import type { ZObject } from "zapier-platform-core";
import { MAX_IMAGE_BYTES } from "./generated.js";

/** MiB of the largest file that the API takes. */
export const MAX_IMAGE_MIB = MAX_IMAGE_BYTES / 1024 / 1024;

/** A file, as it is sent to the API. */
export interface ImageFile {
  readonly bytes: Buffer;
  readonly type: string;
}

/** Downloads the file of a field of the type `file`: when a step runs, Zapier puts an address there. Throws what the user can do if there is no file. */
export async function downloadImage(z: ZObject, url: unknown): Promise<ImageFile> {
  if (typeof url !== "string" || !URL.canParse(url)) {
    throw new z.errors.Error(
      "There is no image. Map a file, or the address of one, to the field Image.",
      "no-file",
      400,
    );
  }
  // What is larger is not loaded into the step's memory.
  const response = await z.request({ url, raw: true, skipThrowForStatus: true, size: MAX_IMAGE_BYTES });
  if (response.status >= 400) {
    const message = `The image could not be downloaded: its server answered with status ${response.status}. Map a file that Zapier may download.`;
    throw new z.errors.Error(message, "file-unreachable", response.status);
  }
  const bytes = await response.buffer().catch(() => {
    const message = `The image could not be downloaded, or has more than ${MAX_IMAGE_MIB} MiB. Map a smaller file.`;
    throw new z.errors.Error(message, "file-unreadable", 400);
  });
  return { bytes, type: response.getHeader("content-type") ?? "application/octet-stream" };
}

import { sha256 } from "../bytes/sha256.ts";
import type { AnalyzeRequest, BatchRequest, ImageInput, TaskRequest } from "../contract/service.ts";

type Parsed = TaskRequest | AnalyzeRequest | BatchRequest;

async function imageText(image: ImageInput): Promise<string> {
  if (image.kind === "url") return `url ${image.url}`;
  if (image.kind === "upload") return `upload ${image.handle}`;
  return sha256(image.kind === "bytes" ? image.bytes : image.text);
}

function imagesOf(parsed: Parsed): readonly ImageInput[] {
  if ("image" in parsed) return [parsed.image];
  return parsed.items.flatMap((item) => ("image" in item ? item.image : []));
}

/** What is asked about the images. */
function questionsOf(parsed: Parsed): unknown {
  if (!("items" in parsed)) return [parsed.task, parsed.options];
  return parsed.items.map((item) => ["options" in item ? [item.task, item.options] : [item.task, item.problem.code]]);
}

/**
 * Returns the digest of what a request asks for, 64 hexadecimal digits: equal for requests that ask the same at the same path, however they spell it (a form's
 * boundary, the order of JSON members), if they send their images in the same way. `isFresh` is whether they ask for a new generation.
 */
export async function requestFingerprint(path: string, parsed: Parsed, isFresh: boolean): Promise<string> {
  const images = await Promise.all(imagesOf(parsed).map(imageText));
  return sha256(JSON.stringify([path, isFresh, images, questionsOf(parsed)]));
}

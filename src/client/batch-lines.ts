import { MAX_LINE_BYTES } from "./batch-object.ts";
import type { Lines } from "./batches.ts";
import type { CallOptions, Connection } from "./call.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";
import { type Image, imageInJson, resolveImage, type SentImage } from "./image.ts";
import type { NamedOptions } from "./request.ts";
import { upload } from "./upload.ts";

/** What all lines have in common. */
export interface LineContext {
  readonly connection: Connection;
  /** As in `caption`. */
  readonly endpoint: string;
  /** Options of all lines. */
  readonly shared: NamedOptions;
  readonly settings: CallOptions;
}

/** A line that can be sent, with its line feed; or why it cannot. */
export type WrittenLine =
  | { readonly customId: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly isUploaded: boolean }
  | { readonly customId: string; readonly error: FlorenceError };

/** An image with its own options, which are passed on as they are. */
interface OwnLine {
  readonly image: Image;
  readonly custom_id?: string | undefined;
}

/** What a batch is made of. */
export type AnyLine = Image | OwnLine;

function isOwnLine(item: AnyLine): item is OwnLine {
  return typeof item === "object" && item !== null && "image" in item;
}

/** The error of an image that cannot be read. */
function unreadable(thrown: unknown): FlorenceError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return (
    florenceErrorOf(thrown) ??
    new FlorenceError("image-required", `The image cannot be read: ${reason}`, {
      fix: "Give an image that can be read, or leave the line out.",
      cause: thrown,
    })
  );
}

async function readImage(image: Image): Promise<SentImage | FlorenceError> {
  return resolveImage(image).catch(unreadable);
}

function lineOf({ endpoint }: LineContext, customId: string, body: NamedOptions): Uint8Array<ArrayBuffer> {
  // The id comes first: of a line that is too long, the API reads only its beginning.
  const line = { custom_id: customId, method: "POST", url: `/v1/${endpoint}`, body };
  // Copied: the declarations of some platforms do not say that it is no shared memory.
  return new Uint8Array(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}

async function writeLine(item: AnyLine, number: number, context: LineContext): Promise<WrittenLine> {
  const { image, custom_id: customId = String(number), ...own } = isOwnLine(item) ? item : { image: item };
  const sent = await readImage(image);
  if (sent instanceof FlorenceError) return { customId, error: sent };
  const options = { ...context.shared, ...own };
  const isTooLarge = sent.kind === "file" && (sent.file.size * 4) / 3 > MAX_LINE_BYTES;
  const bytes = isTooLarge ? undefined : lineOf(context, customId, { image: await imageInJson(sent), ...options });
  // The line feed is not part of the line.
  if (bytes !== undefined && (sent.kind === "text" || bytes.length <= MAX_LINE_BYTES + 1)) {
    return { customId, bytes, isUploaded: false };
  }
  const { connection, settings } = context;
  try {
    const { data } = await upload(connection, image, settings);
    return { customId, bytes: lineOf(context, customId, { image: data.image, ...options }), isUploaded: true };
  } catch (thrown) {
    const error = florenceErrorOf(thrown);
    if (error === undefined || error.code === "aborted") throw thrown;
    return { customId, error };
  }
}

/** Writes lines one by one. A `custom_id` that occurred before is an error of the second line. */
export async function* writeLines(
  items: Lines<AnyLine>,
  context: LineContext,
): AsyncGenerator<WrittenLine, void, void> {
  if (typeof items === "string") {
    throw new FlorenceError("invalid-request", "The lines are a text.", { fix: "Give a list of images or lines." });
  }
  const seen = new Set<string>();
  let number = 0;
  for await (const item of items) {
    number += 1;
    const line = await writeLine(item, number, context);
    const { customId } = line;
    if (seen.has(customId)) {
      const detail = `Line ${number} has the custom_id ${JSON.stringify(customId)} of a line before.`;
      yield { customId, error: new FlorenceError("duplicate-custom-id", detail) };
    } else {
      seen.add(customId);
      yield line;
    }
  }
}

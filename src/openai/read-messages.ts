import { isJsonObject, type JsonObject } from "../contract/json-object.ts";
import { invalidParameter, unsupportedParameter } from "../contract/parameter-problems.ts";

/** What the user sent: the text of the last message, and the image. */
export interface Sent {
  /** Trimmed; the texts of several parts are separated by line breaks. */
  readonly text: string;
  /** A URL or a data URI; undefined if there is none. */
  readonly image: string | undefined;
}

/** Types of parts with a text: of chat and of responses. */
const TEXT_PARTS: ReadonlySet<unknown> = new Set(["text", "input_text"]);
const IMAGE_PARTS: ReadonlySet<unknown> = new Set(["image_url", "input_image"]);

/** The parts of a message. A text alone is one. */
function partsOf(message: JsonObject, path: string): readonly JsonObject[] {
  const { content } = message;
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (content === undefined) return [];
  if (Array.isArray(content) && content.every(isJsonObject)) return content;
  throw invalidParameter(path, "A message's `content` is a text or a list of parts.");
}

function textOf(parts: readonly JsonObject[], path: string): string {
  const texts = parts
    .filter(({ type }) => TEXT_PARTS.has(type))
    .map(({ text }) => {
      if (typeof text === "string") return text;
      throw invalidParameter(path, "A part of text has a `text`.");
    });
  return texts.join("\n").trim();
}

function imagesOf(parts: readonly JsonObject[], path: string): readonly string[] {
  return parts
    .filter(({ type }) => IMAGE_PARTS.has(type))
    .map(({ image_url: image }) => {
      const url = isJsonObject(image) ? image["url"] : image;
      if (typeof url === "string") return url;
      throw unsupportedParameter(
        path,
        "An image is an https URL or a data URI in `image_url`; files by id are not kept here.",
      );
    });
}

function checkParts(parts: readonly JsonObject[], path: string): void {
  const other = parts.find(({ type }) => !TEXT_PARTS.has(type) && !IMAGE_PARTS.has(type));
  if (other === undefined) return;
  const type = JSON.stringify(other["type"] ?? null).slice(0, 50);
  throw unsupportedParameter(path, `Parts are text and one image; ${type} is neither.`);
}

/** The only image of the last message that has any: a picture stays in view when the next message asks about it again. */
function lastImage(messages: readonly (readonly JsonObject[])[], path: string): string | undefined {
  const images = messages.map((parts) => imagesOf(parts, path)).findLast(({ length }) => length > 0) ?? [];
  if (images.length > 1) throw unsupportedParameter(path, `A request has one image; this one has ${images.length}.`);
  return images[0];
}

/**
 * Reads the messages of a conversation. Only those of the user count: the model knows no instructions and remembers nothing. Throws `Problem`. `path` is the parameter's
 * name.
 */
export function readMessages(messages: unknown, path: string): Sent {
  if (typeof messages === "string") return { text: messages.trim(), image: undefined };
  if (!Array.isArray(messages) || !messages.every(isJsonObject)) {
    throw invalidParameter(path, "Send a list of messages.");
  }
  const ofUser = messages.filter(({ role }) => role === "user").map((message) => partsOf(message, path));
  const last = ofUser.at(-1);
  if (last === undefined) throw invalidParameter(path, "Send a message whose `role` is user.");
  checkParts(last, path);
  return { text: textOf(last, path), image: lastImage(ofUser, path) };
}

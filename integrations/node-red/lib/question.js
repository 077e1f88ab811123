import { ownError } from "./florence-error.js";

/** The properties of an object that stands for an image, as in the API's JSON. */
const IMAGE_KEYS = ["url", "base64", "upload"];

/**
 * An image as a field of a form: bytes, or a text (an https address, a data URI, base64, the handle of an upload). Undefined if the value is none.
 * @param {unknown} value
 * @returns {Blob | string | undefined}
 */
export function imageOf(value) {
  if (value instanceof Uint8Array) return value.length > 0 ? new Blob([new Uint8Array(value)]) : undefined;
  if (typeof value === "string") return value.trim() || undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const given = new Map(Object.entries(value));
  const text = IMAGE_KEYS.map((key) => given.get(key)).find((each) => typeof each === "string");
  return text === undefined ? undefined : imageOf(text);
}

/**
 * The first of several values that is an image. Throws `image-required`.
 * @param {readonly unknown[]} values
 */
export function firstImage(values) {
  const image = values.map(imageOf).find((found) => found !== undefined);
  if (image !== undefined) return image;
  const [value] = values;
  throw ownError("image-required", `The chosen property is ${value === null ? "null" : typeof value}.`);
}

const corners = ["x1", "y1", "x2", "y2"];

/**
 * How values that are no texts are spelled in a form, by the type of their field.
 * @type {Readonly<Partial<Record<import("./tasks.js").Field["type"], (value: object) => string>>>}
 */
const spellings = {
  texts: (value) => JSON.stringify(value),
  choices: (value) => Object.values(value).join(","),
  box: (value) => {
    const members = new Map(Object.entries(value));
    return (Array.isArray(value) ? value : corners.map((name) => members.get(name))).join(",");
  },
};

/**
 * @param {import("./tasks.js").Field} field
 * @param {unknown} value
 */
function spelled({ type }, value) {
  if (typeof value !== "object" || value === null) return String(value);
  return spellings[type]?.(value) ?? JSON.stringify(value);
}

/**
 * The options of a question as a form spells them. Values that are undefined or null are not set. Throws `option-unknown`.
 * @param {import("./tasks.js").Task} task
 * @param {Readonly<Record<string, unknown>>} options
 * @returns {readonly (readonly [string, string])[]}
 */
export function optionsOf({ name: task, fields }, options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return given.map(([name, value]) => {
    const field = fields.find((each) => each.name === name);
    if (field !== undefined) return [name, spelled(field, value)];
    const known = fields.map((each) => each.name).join(", ");
    throw ownError("option-unknown", `${task} has no ${name}. It has: ${known}.`);
  });
}

/**
 * @param {Blob | string} image
 * @param {Iterable<readonly [string, string]>} options
 */
export function formOf(image, options) {
  const form = new FormData();
  for (const [name, value] of options) form.append(name, value);
  if (typeof image === "string") form.append("image", image);
  else form.append("image", image, "image");
  return form;
}

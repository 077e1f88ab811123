import * as fc from "fast-check";
import { rows } from "../document-check.ts";
import { joinBytes } from "../image-bytes.ts";
import { validImage } from "./any-image.ts";
import { utf8 } from "../text-bytes.ts";
import type { FuzzRequest } from "./fuzz-request.ts";

/** The options that each kind of input requires: fields of JSON, and the same in a query. */
const required = {
  none: { fields: {}, query: "" },
  text: { fields: { text: "a truck" }, query: "text=a%20truck" },
  labels: { fields: { labels: ["cat", "dog"] }, query: "labels=cat&labels=dog" },
  region: { fields: { normalized_region: { x1: 0, y1: 0, x2: 1, y2: 1 } }, query: "normalized_region=0,0,1,1" },
} as const;

const task = fc.constantFrom(...rows);
const asImage = fc.tuple(task, validImage).map(([{ name, input }, { what, value }]) => ({
  what: `${what} as the body`,
  target: `/v1/${name}?${required[input].query}`,
  type: "image/png",
  body: value,
}));
const asJson = fc.tuple(task, validImage).map(([{ name, input }, { what, value }]) => ({
  what: `${what} in JSON`,
  target: `/v1/${name}`,
  type: "application/json",
  body: utf8(JSON.stringify({ image: Buffer.from(value).toString("base64"), ...required[input].fields })),
}));
const asFile = fc.tuple(task, validImage).map(([{ name, input }, { what, value }]) => ({
  what: `${what} in a form`,
  target: `/v1/${name}?${required[input].query}`,
  type: "multipart/form-data; boundary=b",
  body: joinBytes(
    utf8('--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'),
    value,
    utf8("\r\n--b--\r\n"),
  ),
}));

/** Valid requests for every task: they show that what came before has broken nothing. */
export const validRequest: fc.Arbitrary<FuzzRequest> = fc
  .oneof(asImage, asJson, asFile)
  .map(({ what, target, type, body }) => ({
    what: `valid: ${what}`,
    method: "POST",
    target,
    headers: [["content-type", type]],
    body,
    transfer: "length",
    isValid: true,
    stalls: false,
  }));

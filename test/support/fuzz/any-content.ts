import * as fc from "fast-check";
import type { FormField } from "../any-form.ts";
import { type AnyOptions, anyOptions, queryEntries } from "../any-options.ts";
import { anyMultipart } from "./any-multipart.ts";
import { encodedBody, type Header, imageType, jsonType } from "./any-headers.ts";
import { anyImage } from "./any-image.ts";
import { anyImageValue } from "./any-image-value.ts";
import { changedMembers, jsonBytes, type Member, membersOf, objectText } from "./any-json.ts";
import { anyQuery } from "./any-query.ts";
import { utf8 } from "../text-bytes.ts";
import { noise } from "./bytes.ts";
import { labelled, type Labelled, seldom, weighted } from "./labelled.ts";

/** The part of a request that depends on its body. */
export interface Content {
  readonly what: string;
  /** Path and query. */
  readonly target: string;
  /** The content type, if there is one, and the content encoding. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

/** A body before it is encoded. `type` is undefined for none. */
interface PlainBody {
  readonly what: string;
  readonly target: string;
  readonly type: string | undefined;
  readonly body: Uint8Array;
}

function encoded({ what, target, type, body: plain }: PlainBody): fc.Arbitrary<Content> {
  return encodedBody(plain).map(({ what: how, value: { headers, body } }) => ({
    what: what + how,
    target,
    headers: [...(type === undefined ? [] : [["content-type", type] as const]), ...headers],
    body,
  }));
}

const withQuery = (path: string, query: string): string => (query === "" ? path : `${path}?${query}`);

/** A JSON object of these members as a body, which in some cases is no longer one. */
export function jsonContent(path: string, members: readonly Member[], query: string): fc.Arbitrary<Content> {
  return fc
    .tuple(changedMembers(members), jsonType)
    .chain(([{ what, value }, type]) =>
      jsonBytes({ what, value: objectText(value) }).map((bytes): PlainBody => ({
        what: bytes.what,
        target: withQuery(path, query),
        type,
        body: bytes.value,
      })),
    )
    .chain(encoded);
}

interface TaskOptions {
  readonly task: string;
  readonly options: AnyOptions;
}

/** An image and options in JSON; in 1 of 8 cases the options are in the query, too. */
function jsonTask(imageValue: fc.Arbitrary<Labelled<unknown>>) {
  return ({ task, options }: TaskOptions): fc.Arbitrary<Content> => {
    const query = seldom(8, fc.constant({ what: "", value: "" }), anyQuery(queryEntries(options)));
    return fc.tuple(imageValue, query).chain(([image, { what, value }]) =>
      jsonContent(`/v1/${task}`, membersOf({ image: image.value, ...options }), value).map((content) => ({
        ...content,
        what: [content.what, image.what, what].filter(Boolean).join("; "),
      })),
    );
  };
}

function imageTask({ task, options }: TaskOptions): fc.Arbitrary<Content> {
  return fc
    .tuple(anyImage, anyQuery(queryEntries(options)), imageType)
    .map(([image, query, type]): PlainBody => ({
      what: `${image.what}; ${query.what}`,
      target: withQuery(`/v1/${task}`, query.value),
      type,
      body: image.value,
    }))
    .chain(encoded);
}

/** A form with a file, or in 1 of 6 cases with the image as a text field; in 1 of 8 cases options are in the query, too. */
function formTask(imageValue: fc.Arbitrary<Labelled<unknown>>) {
  const file = anyImage.map(({ what, value }) => ({ what, field: { name: "image", value, isFile: true } }));
  const text = imageValue.map(({ what, value }) => ({
    what,
    field: { name: "image", value: utf8(String(value)), isFile: false },
  }));
  return ({ task, options }: TaskOptions): fc.Arbitrary<Content> => {
    const fields = queryEntries(options).map(([name, value]): FormField => ({
      name,
      value: utf8(value),
      isFile: false,
    }));
    const query = seldom(8, fc.constant({ what: "", value: "" }), anyQuery(queryEntries(options)));
    return fc
      .tuple(seldom<Readonly<{ what: string; field: FormField }>>(6, file, text), query)
      .chain(([image, { what, value: inQuery }]) =>
        anyMultipart([image.field, ...fields]).map((form): PlainBody => ({
          what: [form.what, image.what, what].filter(Boolean).join("; "),
          target: withQuery(`/v1/${task}`, inQuery),
          type: form.value.contentType,
          body: form.value.body,
        })),
      )
      .chain(encoded);
  };
}

/** The request for one task in each of the three ways. `origin` is that of `startImageServer`, here and below. */
export function taskContent(origin: string): fc.Arbitrary<Content> {
  const imageValue = anyImageValue(origin);
  const json = jsonTask(imageValue);
  const form = formTask(imageValue);
  return weighted([5, anyOptions.chain(json)], [5, anyOptions.chain(imageTask)], [5, anyOptions.chain(form)]);
}

/** How long a list of one item many times may become: enough for the API's limit on items, too little to be all of a campaign's time. */
const MAX_LIST_CHARACTERS = 1_000_000;

/** A list as JSON text: of these items, in 1 of 15 cases of none or of more than a request may have. */
function listText(items: readonly string[]): fc.Arbitrary<string> {
  const [first = "{}"] = items;
  const most = Math.ceil(MAX_LIST_CHARACTERS / first.length);
  const repeated = fc
    .constantFrom(0, 32, 33, 300)
    .map((times) => Array.from({ length: Math.min(times, most) }, () => first));
  return seldom(15, fc.constant(items), repeated).map((list) => `[${list.join(",")}]`);
}

/** An item of several, or of a batch if it has an image; seldom no object. */
function itemText(item: Readonly<Record<string, unknown>>): fc.Arbitrary<string> {
  const object = changedMembers(membersOf(item)).map(({ value }) => objectText(value));
  return seldom(30, object, fc.constantFrom("null", "[]", '"caption"', "7"));
}

/** Several tasks on one image. */
export function analyzeContent(origin: string): fc.Arbitrary<Content> {
  const items = fc.array(
    anyOptions.chain(({ task, options }) => itemText({ task, ...options })),
    { maxLength: 4 },
  );
  return fc.tuple(anyImageValue(origin), items.chain(listText)).chain(([image, tasks]) =>
    jsonContent("/v1/analyze", [...membersOf({ image: image.value }), ["tasks", tasks]], "").map((content) => ({
      ...content,
      what: `${content.what}; ${image.what}`,
    })),
  );
}

/** Several tasks, each on its own image; half of the batches share one. */
export function batchContent(origin: string): fc.Arbitrary<Content> {
  const own = anyImageValue(origin).map(({ value }) => value);
  const images = fc.oneof(
    fc.array(own, { minLength: 4, maxLength: 4 }),
    own.map((value) => [value, value, value, value]),
  );
  const items = fc
    .tuple(images, fc.array(anyOptions, { maxLength: 4 }))
    .chain(([values, options]) =>
      fc.tuple(...options.map((each, index) => itemText({ image: values[index], task: each.task, ...each.options }))),
    );
  return items.chain(listText).chain((list) => jsonContent("/v1/batch", [["items", list]], ""));
}

/** Bodies that fit no operation, for any path. */
export function mismatchedContent(path: string): fc.Arbitrary<Content> {
  const types = fc.oneof(jsonType, imageType, fc.constant("multipart/form-data; boundary=b"));
  const bodies = weighted<Labelled<Uint8Array>>(
    [2, labelled("bytes", fc.uint8Array({ maxLength: 60 }))],
    [2, labelled("JSON", fc.json().map(utf8))],
    [1, anyImage],
    [
      1,
      labelled(
        "long bytes",
        fc.integer().map((seed) => noise(70_000, seed)),
      ),
    ],
  );
  return fc
    .tuple(bodies, types, anyQuery([["a", "1"]]))
    .map(([{ what, value }, type, query]): PlainBody => ({
      what: `mismatched ${what}`,
      target: withQuery(path, query.value),
      type,
      body: value,
    }))
    .chain(encoded);
}

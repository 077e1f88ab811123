import type { FuzzRequest } from "../../../test/support/fuzz/fuzz-request.ts";
import { quickPaths, stallingPaths } from "../../../test/support/fuzz/image-server.ts";
import { createRandom } from "../../../test/support/random.ts";
import { jsonRequest, postRequest } from "../requests.ts";
import { type Attacker, HOG, type HogKind, requesting } from "./attack.ts";
import { bombing, freshImage } from "./images.ts";
import { hugeJson, makeJson, manyNames } from "./structures.ts";
import { stalledUploads, tinyChunks } from "./slow-bodies.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const many = <Item>(length: number, create: (index: number) => Item): readonly Item[] =>
  Array.from({ length }, (_, index) => create(index));

/** A request with JSON. */
function json(what: string, path: string, value: unknown): FuzzRequest {
  return jsonRequest({ caller: HOG, what, target: `/v1/${path}`, json: value });
}

/** A request with a file as its body. */
function file(what: string, target: string, body: Uint8Array, type = "application/octet-stream"): FuzzRequest {
  return postRequest({ caller: HOG, what, target: `/v1/${target}`, body, type });
}

const labels = ({ random }: Attacker): FuzzRequest =>
  json("64 labels", "open-vocabulary-detection", {
    image: base64(freshImage(random)),
    labels: many(64, (index) => `a thing ${random.below(1e6)} of kind ${index}`),
    beams: 5,
  });

/** As much as one request may ask for, in tasks that no batch joins: each has another limit of tokens. */
const analyze = ({ random }: Attacker): FuzzRequest =>
  json("32 tasks", "analyze", {
    image: base64(freshImage(random)),
    tasks: many(32, (index) => ({ task: "dense-region-caption", beams: 3, max_new_tokens: 1000 + (index % 20) })),
  });

const batch = ({ random }: Attacker): FuzzRequest =>
  json("32 items", "batch", {
    items: many(32, () => ({ task: "detailed-caption", image: base64(freshImage(random)), beams: 3 })),
  });

const caption = ({ random }: Attacker): FuzzRequest => file("a caption", "caption?beams=1", freshImage(random));

const bomb = (_: Attacker, image: Uint8Array): FuzzRequest => file("a bomb", "caption?beams=1&max_new_tokens=2", image);

/** JSON that is long or deep, wherever a body is JSON. */
function structure({ random }: Attacker): FuzzRequest {
  const path = random.pick(["caption", "analyze", "batch", "open-vocabulary-detection"]);
  return json("JSON", path, hugeJson(random, ["image", "tasks", "items", "labels"]));
}

/** Names in queries, in forms, in multipart forms. They are made once: what a hog computes is taken from the servers beside it. */
function fields(): HogKind {
  const parts = many(20_000, (index) => `--b\r\ncontent-disposition: form-data; name="n${index}"\r\n\r\n1\r\n`);
  const requests = [
    file("a query", `caption?${manyNames(5000)}`, freshImage(createRandom(1))),
    file("a form", "caption", utf8(manyNames(500_000)), "application/x-www-form-urlencoded"),
    file("parts", "caption", utf8(`${parts.join("")}--b--\r\n`), "multipart/form-data; boundary=b"),
  ] as const;
  return requesting(4, ({ random }) => random.pick(requests));
}

/** Addresses of images on a server that redirects, stalls and sends bombs: one, or 32 in a batch. */
function addresses({ random, images }: Attacker): FuzzRequest {
  const [first = "/", ...others] = [...stallingPaths, ...stallingPaths, ...quickPaths];
  const address = (): string => `${images}${random.pick([first, ...others])}?${random.below(1e9)}`;
  if (random.once(2)) return json("an address", "caption", { image: { url: address() } });
  return json("32 addresses", "batch", { items: many(32, () => ({ task: "caption", image: { url: address() } })) });
}

/** What leavers send: the largest requests. */
function largest(attacker: Attacker): FuzzRequest {
  const create = attacker.random.pick([labels, analyze, batch]);
  return create(attacker);
}

const upload = file("an upload", "caption", new Uint8Array());

/** The kinds of hogs in front of the API. */
export const edgeHogs: Readonly<Record<string, HogKind>> = {
  labels: requesting(8, labels),
  analyze: requesting(8, analyze),
  batch: requesting(8, batch),
  captions: requesting(32, caption),
  chunks: tinyChunks(upload),
  stalled: stalledUploads(upload),
  bombs: bombing(bomb),
  json: { ...requesting(4, structure), prepare: makeJson },
  fields: fields(),
  addresses: requesting(32, addresses),
  leavers: requesting(64, largest, { oneOf: 1, withinMs: 50 }),
};

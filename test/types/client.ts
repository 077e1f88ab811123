import { expectTypeOf } from "vitest";
import type { AnswerPromise, StreamPromise } from "../../src/client/florence.ts";
import type * as client from "../../src/client/florence.ts";

/**
 * Code that must compile against the client, and code that must not. Nothing here runs: `npm run types` is the test, and an unused
 * `@ts-expect-error` is an error.
 */
declare const florence: client.Florence;
declare const image: Blob;

const region = { x1: 170, y1: 0, x2: 360, y2: 170 };

/** Without options, each task has its exact answer type. */
export function exactAnswers(): void {
  expectTypeOf(florence.caption(image)).toEqualTypeOf<AnswerPromise<client.TextAnswer>>();
  expectTypeOf(florence.objectDetection(image)).toEqualTypeOf<AnswerPromise<client.BoxesAnswer>>();
  expectTypeOf(florence.ocrWithRegion(image, {})).toEqualTypeOf<AnswerPromise<client.QuadsAnswer>>();
  expectTypeOf(florence.regionToSegmentation(image, { region })).toEqualTypeOf<AnswerPromise<client.PolygonsAnswer>>();
  expectTypeOf(florence.openVocabularyDetection(image, { labels: ["cat"] })).toEqualTypeOf<
    AnswerPromise<client.BoxesAnswer | client.PolygonsAnswer>
  >();
}

/** Options determine the type of the answer. */
export function forms(chosen: "json" | "flat"): void {
  expectTypeOf(florence.objectDetection(image, { format: "flat" })).toEqualTypeOf<AnswerPromise<client.FlatAnswer>>();
  expectTypeOf(florence.objectDetection(image, { format: "flat", box_format: "xywh" })).toEqualTypeOf<
    AnswerPromise<client.FlatAnswerXywh>
  >();
  expectTypeOf(florence.objectDetection(image, { box_format: "cxcywh", min_score: 0.1 })).toEqualTypeOf<
    AnswerPromise<client.BoxesAnswerCxcywh>
  >();
  expectTypeOf(florence.caption(image, { format: "raw" })).toEqualTypeOf<AnswerPromise<client.RawAnswer>>();
  expectTypeOf(florence.caption(image, { compat: "reference" })).toEqualTypeOf<AnswerPromise<client.ReferenceAnswer>>();
  expectTypeOf(florence.objectDetection(image, { overlay: "svg", overlay_image: false })).toEqualTypeOf<
    AnswerPromise<string>
  >();
  expectTypeOf(florence.objectDetection(image, { overlay: "png" })).toEqualTypeOf<
    AnswerPromise<Uint8Array<ArrayBuffer>>
  >();
  expectTypeOf(florence.caption(image, { format: chosen })).toEqualTypeOf<
    AnswerPromise<client.FlatAnswer | client.TextAnswer>
  >();
}

/** Options with several possible values give a union of answers. */
export function unionOptions(
  overlay: "svg" | "png" | undefined,
  compat: "reference" | undefined,
  items: readonly [client.AnalyzeItem & { readonly task: "caption" }],
): void {
  expectTypeOf(florence.caption(image, { overlay })).toEqualTypeOf<
    AnswerPromise<string | Uint8Array<ArrayBuffer> | client.TextAnswer>
  >();
  expectTypeOf(florence.caption(image, { compat })).toEqualTypeOf<
    AnswerPromise<client.ReferenceAnswer | client.TextAnswer>
  >();
  expectTypeOf(florence.analyze(image, items)).resolves.toHaveProperty("results");
  type Answer = client.ItemResult<client.AnalyzeItem & { readonly task: "caption" }>["answer"];
  expectTypeOf<Extract<Answer, client.RawAnswer>>().toEqualTypeOf<client.RawAnswer>();
  expectTypeOf<Extract<Answer, client.TextAnswer>>().toEqualTypeOf<client.TextAnswer>();
}

/** A stream has the event types of its task. */
export async function streams(): Promise<void> {
  expectTypeOf(florence.caption(image, { stream: true })).toEqualTypeOf<
    StreamPromise<client.EventOf<client.TextAnswer>>
  >();
  for await (const event of florence.objectDetection(image, { stream: true })) {
    if (event.type === "object") expectTypeOf(event.object).toEqualTypeOf<client.BoxObject>();
    else if (event.type === "charge") expectTypeOf(event.charge_micro_usd).toEqualTypeOf<number>();
    else expectTypeOf(event.answer).toEqualTypeOf<client.BoxesAnswer>();
  }
}

/** All types that are accepted as an image. */
export function images(file: File, bytes: Uint8Array, buffer: ArrayBuffer): void {
  const given = [
    file,
    image,
    bytes,
    buffer,
    new URL("https://example.com/a.jpg"),
    "https://example.com/a.jpg",
  ] as const;
  for (const one of given) void florence.caption(one);
  void florence.caption(Promise.resolve(image));
  // @ts-expect-error a number is not an image
  void florence.caption(1);
  // @ts-expect-error an image is required
  void florence.caption();
}

/** Arguments that the server would reject. */
export function wrongArguments(): void {
  // @ts-expect-error this task needs a text
  void florence.captionToPhraseGrounding(image);
  // @ts-expect-error this task needs a region
  void florence.regionToCategory(image, {});
  // @ts-expect-error text or labels
  void florence.openVocabularyDetection(image, {});
  // @ts-expect-error not both
  void florence.openVocabularyDetection(image, { text: "cat", labels: ["cat"] });
  // @ts-expect-error not both
  void florence.regionToOcr(image, { region, normalized_region: region });
  // @ts-expect-error four numbers
  void florence.regionToOcr(image, { region: { x1: 1, y1: 1, x2: 2 } });
  // @ts-expect-error a caption takes no text
  void florence.caption(image, { text: "a cat" });
  // @ts-expect-error no such option
  void florence.caption(image, { beam: 3 });
  // @ts-expect-error a number
  void florence.caption(image, { beams: "3" });
  // @ts-expect-error no such format
  void florence.caption(image, { format: "xml" });
  // @ts-expect-error no such box format
  void florence.objectDetection(image, { box_format: "yxyx" });
  // @ts-expect-error no such outline
  void florence.objectDetection(image, { include: ["mask"] });
  // @ts-expect-error no such task
  void florence.describe(image);
}

/** Incompatible options. */
export function incompatibleOptions(): void {
  // @ts-expect-error the reference form has no format
  void florence.objectDetection(image, { compat: "reference", format: "flat" });
  // @ts-expect-error the reference form does not limit objects
  void florence.objectDetection(image, { compat: "reference", min_score: 0.5 });
  // @ts-expect-error an SVG overlay has no box format
  void florence.objectDetection(image, { overlay: "svg", box_format: "xywh" });
  // @ts-expect-error nor has a PNG overlay
  void florence.objectDetection(image, { overlay: "png", box_format: "xywh" });
  // @ts-expect-error the raw form does not limit objects
  void florence.objectDetection(image, { format: "raw", max_objects: 1 });
  // @ts-expect-error only the default form streams
  void florence.objectDetection(image, { stream: true, format: "flat" });
  // @ts-expect-error an SVG overlay does not stream
  void florence.objectDetection(image, { stream: true, overlay: "svg" });
}

/** With several tasks, each result has the type of its own task. */
export async function multipleTasks(): Promise<void> {
  const { results } = await florence.analyze(image, [
    { task: "caption" },
    { task: "object-detection", format: "flat" },
    { task: "region-to-category", region },
  ]);
  const [caption, objects] = results;
  if (caption.status === "ok") expectTypeOf(caption.answer).toEqualTypeOf<client.TextAnswer>();
  else expectTypeOf(caption.problem).toEqualTypeOf<client.Problem>();
  if (objects.status === "ok") expectTypeOf(objects.answer).toEqualTypeOf<client.FlatAnswer>();
  // @ts-expect-error there are only three results
  const [, , , fourth] = results;
  expectTypeOf(fourth).toBeUndefined();
  // @ts-expect-error this task needs a region
  void florence.analyze(image, [{ task: "region-to-category" }]);
  // @ts-expect-error this task takes no text
  void florence.analyze(image, [{ task: "caption", text: "a cat" }]);
  // @ts-expect-error an SVG overlay needs the task's own method
  void florence.analyze(image, [{ task: "object-detection", overlay: "svg" }]);
  // @ts-expect-error no such task
  void florence.analyze(image, [{ task: "describe" }]);
  void florence.batch([
    { task: "ocr", image },
    { task: "caption", image: "https://example.com/a.jpg" },
  ]);
  // @ts-expect-error an item needs its own image
  void florence.batch([{ task: "ocr" }]);
}

/** Unknown error codes. */
export function codes(error: client.FlorenceError): boolean {
  // @ts-expect-error no such code
  return error.code === "over-loaded" || error.code === "overloaded" || error.code === "timeout";
}

/** The base URL is required. */
export function creation(createFlorence: typeof client.createFlorence): void {
  // @ts-expect-error baseUrl is required
  createFlorence({});
  createFlorence({ baseUrl: "https://florence.example.com", fetch, timeoutMs: 1000, maxRetries: 0 });
}

/** What is answered later has the type of the answer, and only the options that a job can have. */
export async function jobs(): Promise<void> {
  const { jobs: all } = florence;
  expectTypeOf(all.create("caption", image)).resolves.toEqualTypeOf<client.JobHandle<client.TextAnswer>>();
  expectTypeOf(all.create("region-to-segmentation", image, { region })).resolves.toEqualTypeOf<
    client.JobHandle<client.PolygonsAnswer>
  >();
  const flat = await all.create("object-detection", image, { format: "flat", webhook: "https://me.test/hook" });
  expectTypeOf(flat.wait()).resolves.toEqualTypeOf<client.FlatAnswer>();
  const { results } = await (await all.analyze(image, [{ task: "caption" }])).wait();
  expectTypeOf(results[0].task).toEqualTypeOf<"caption">();
  // @ts-expect-error there is no such task
  void all.create("nothing", image);
  // @ts-expect-error this task needs a region
  void all.create("region-to-ocr", image);
  // @ts-expect-error a drawing is no JSON
  void all.create("caption", image, { overlay: "svg" });
  // @ts-expect-error an answer that comes later is no stream
  void all.create("caption", image, { stream: true });
  // @ts-expect-error there is no such option
  void all.create("caption", image, { nothing: 1 });
  // @ts-expect-error jobs have a method of their own
  void florence.caption(image, { async: true });
}

import { describe, expect, it } from "vitest";
import { tasks } from "../../src/client/contract.ts";
import type { AnswerPromise, Florence } from "../../src/client/florence.ts";
import { createFlorence, FlorenceError } from "../../src/client/florence.ts";
import type { Image } from "../../src/client/image.ts";
import { answersByType, type AnswerType } from "../../src/contract/answers.ts";
import { FlatAnswer, RawAnswer, ReferenceAnswer } from "../../src/contract/forms.ts";
import { encodeBase64 } from "../../src/inference/protocol/base64.ts";
import type { Fetch } from "../../src/inference/protocol/transport.ts";
import { goldenImages } from "./mini-goldens.ts";
import { sampleImage } from "./sample-images.ts";

/** The address of the real API and a `fetch` for it. */
export interface RealApi {
  readonly baseUrl: string;
  readonly fetch: Fetch;
}

const region = { x1: 170, y1: 0, x2: 360, y2: 170 };
const text = "a truck and a snail";
const labels = ["truck", "snail"];
const street = sampleImage("street.jpg");

/** The method of every task with the options that it needs. */
const methods: Readonly<Record<keyof typeof tasks, (florence: Florence, image: Image) => AnswerPromise<unknown>>> = {
  ocr: (florence, image) => florence.ocr(image),
  ocrWithRegion: (florence, image) => florence.ocrWithRegion(image),
  caption: (florence, image) => florence.caption(image),
  detailedCaption: (florence, image) => florence.detailedCaption(image),
  moreDetailedCaption: (florence, image) => florence.moreDetailedCaption(image, { beams: 2 }),
  objectDetection: (florence, image) => florence.objectDetection(image),
  denseRegionCaption: (florence, image) => florence.denseRegionCaption(image, { max_objects: 3 }),
  regionProposal: (florence, image) => florence.regionProposal(image, { box_format: "xywh" }),
  captionToPhraseGrounding: (florence, image) => florence.captionToPhraseGrounding(image, { text }),
  referringExpressionSegmentation: (florence, image) =>
    florence.referringExpressionSegmentation(image, { text: "truck", include: ["svg_path", "coco_rle"] }),
  regionToSegmentation: (florence, image) => florence.regionToSegmentation(image, { region }),
  openVocabularyDetection: (florence, image) => florence.openVocabularyDetection(image, { labels }),
  regionToCategory: (florence, image) => florence.regionToCategory(image, { region }),
  regionToDescription: (florence, image) =>
    florence.regionToDescription(image, { normalized_region: { x1: 0.25, y1: 0, x2: 0.75, y2: 0.5 } }),
  regionToOcr: (florence, image) => florence.regionToOcr(image, { region: "<loc_266><loc_2><loc_562><loc_354>" }),
};

function typesOf(method: string): readonly AnswerType[] {
  return Object.entries(tasks).find(([name]) => name === method)?.[1].answers ?? [];
}

async function all<Event>(stream: AsyncIterable<Event>): Promise<readonly Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Tests the client against the real API on one platform. `api` is called when the tests run. */
export function describeClient(api: () => RealApi): void {
  const create = () => createFlorence({ ...api(), timeoutMs: 50_000 });

  describe("the client of the real API", () => {
    it.each(Object.entries(methods))(
      "returns a valid answer for %s, the same for bytes and for base64",
      async (name, ask) => {
        const asBytes = await ask(create(), street);
        const schemas = typesOf(name).map((type) => answersByType[type]);
        expect(schemas.some((schema) => schema.safeParse(asBytes).success)).toBe(true);
        expect(await ask(create(), encodeBase64(street))).toEqual(asBytes);
      },
    );

    it("returns the token ids that PyTorch generates", async () => {
      const florence = create();
      const [{ image, goldens } = { image: { bytes: street }, goldens: [] }] = goldenImages;
      const ids = (token: string) => goldens.find(({ task }) => task === token)?.greedy;
      const { generations } = await florence.denseRegionCaption(image.bytes, { format: "raw" });
      expect(generations[0]?.token_ids).toEqual(ids("<DENSE_REGION_CAPTION>"));
      const caption = await florence.caption(image.bytes, { format: "raw" });
      expect(caption.generations[0]?.token_ids).toEqual(ids("<CAPTION>"));
    });

    it("returns every form of an answer", async () => {
      const florence = create();
      const flat = await florence.objectDetection(street, { format: "flat", box_format: "cxcywh" });
      const raw = await florence.objectDetection(street, { format: "raw" });
      const reference = await florence.objectDetection(street, { compat: "reference" });
      const svg = await florence.objectDetection(street, { overlay: "svg", overlay_image: false });
      expect([FlatAnswer.parse(flat), RawAnswer.parse(raw)]).toEqual([flat, raw]);
      expect(ReferenceAnswer.parse(reference)).toEqual(reference);
      expect(svg).toMatch(/^<svg [^]*<\/svg>\s*$/u);
      const png = florence.objectDetection(street, { overlay: "png" });
      await expect(png).rejects.toMatchObject({ code: "png-unavailable", status: 400 });
    });

    it("streams the same answer as without a stream", async () => {
      const florence = create();
      const caption = await florence.caption(street);
      const captionEvents = await all(florence.caption(street, { stream: true }));
      expect(captionEvents.map((event) => (event.type === "delta" ? event.text : "")).join("")).toBe(caption.text);
      expect(captionEvents.at(-1)).toEqual({ type: "done", answer: caption });

      const detection = await florence.objectDetection(street);
      const detectionEvents = await all(florence.objectDetection(street, { stream: true }));
      expect(detectionEvents.flatMap((event) => (event.type === "object" ? [event.object] : []))).toEqual(
        detection.objects,
      );
      expect(detectionEvents.at(-1)).toEqual({ type: "done", answer: detection });
    });

    it("sends several tasks in one request and returns a result for each", async () => {
      const florence = create();
      const wrong = { x1: 0, y1: 0, x2: 9999, y2: 9999 };
      const { results } = await florence.analyze(street, [
        { task: "caption" },
        { task: "region-to-category", region: wrong },
      ]);
      expect(results[0].answer).toEqual(await florence.caption(street));
      expect(results[1].problem).toMatchObject({ code: "region-outside-image", status: 400 });
      const batch = await florence.batch([
        { task: "object-detection", image: street, format: "flat" },
        { task: "caption", image: new Blob(["no picture"]) },
      ]);
      const { charge_micro_usd: _, ...flat } = await florence.objectDetection(street, { format: "flat" });
      // One of several has no charge of its own: it is the request that is charged.
      expect(batch.results[0].answer).toEqual(flat);
      expect(batch.results[1].problem).toMatchObject({ code: "unsupported-image" });
    });

    it("returns the response, the request id and the cache status of an answer", async () => {
      const florence = create();
      await florence.ocr(street);
      const again = await florence.ocr(street).withResponse();
      expect(again.cache).toMatchObject({ hit: true, stale: false });
      expect([again.response.status, again.requestId?.length]).toEqual([200, 36]);
      const fresh = await florence.ocr(street, { headers: { "cache-control": "no-store" } }).withResponse();
      expect(fresh.cache).toMatchObject({ hit: false, fwd: "request", stored: false });
      expect(fresh.data).toEqual(again.data);
    });

    it("lists tasks and models, and reports health and readiness", async () => {
      const florence = create();
      const listed = (await florence.tasks()).tasks.map(({ name, input, answers }) => ({ name, input, answers }));
      expect(listed).toEqual(Object.values(tasks));
      expect((await florence.models()).models).toMatchObject([{ id: "mini" }]);
      expect([await florence.health(), await florence.ready()]).toEqual([{ status: "ok" }, { status: "ok" }]);
    });

    it.each<[string, (florence: Florence) => AnswerPromise<unknown>]>([
      ["image-required", (florence) => florence.caption(new Blob())],
      ["unsupported-image", (florence) => florence.caption(new Blob(["no picture"]))],
      ["image-corrupt", (florence) => florence.caption(street.subarray(0, 2000))],
      ["invalid-base64", (florence) => florence.caption("street.jpg")],
      ["image-url-refused", (florence) => florence.caption(new URL("https://127.0.0.1/street.jpg"))],
      [
        "region-outside-image",
        (florence) => florence.regionToOcr(street, { region: { x1: 0, y1: 0, x2: 999, y2: 9 } }),
      ],
      ["invalid-request", (florence) => florence.caption(street, { beams: 99 })],
      ["prompt-too-long", (florence) => florence.captionToPhraseGrounding(street, { text: "a ".repeat(4000) })],
    ])("rejects with the code of the API: %s", async (code, ask) => {
      const thrown: unknown = await ask(create()).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(FlorenceError);
      expect(thrown).toMatchObject({ code, retryable: false, fix: expect.stringMatching(/./u) });
    });

    it("rejects an aborted call, and answers the next call", async () => {
      const florence = create();
      const caller = new AbortController();
      const headers = { "cache-control": "no-store" };
      const aborted = florence.moreDetailedCaption(street, { headers, signal: caller.signal });
      caller.abort();
      await expect(aborted).rejects.toMatchObject({ code: "aborted" });
      expect(await florence.caption(street)).toMatchObject({ type: "text" });
    });
  });
}

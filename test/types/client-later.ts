import { expectTypeOf } from "vitest";
import type * as client from "../../src/client/florence.ts";

/** As in client.ts: code that must compile against the client's jobs and batches, and code that must not. */
declare const florence: client.Florence;
declare const image: Blob;

const region = { x1: 170, y1: 0, x2: 360, y2: 170 };

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

/** A batch's results have the type of the answers. */
export async function batches(): Promise<void> {
  const { batches: all } = florence;
  type Results<Answer> = AsyncIterable<client.BatchResult<Answer>>;
  expectTypeOf(all.run("caption", [image])).toEqualTypeOf<Results<client.TextAnswer>>();
  expectTypeOf(all.run("object-detection", [image], { format: "flat", beams: 2 })).toEqualTypeOf<
    Results<client.FlatAnswer>
  >();
  expectTypeOf(all.create("region-to-segmentation", [{ image, region, custom_id: "a" }])).resolves.toEqualTypeOf<
    client.BatchHandle<client.PolygonsAnswer>
  >();
  expectTypeOf(all.run("caption", new Blob([]))).toEqualTypeOf<Results<unknown>>();
  for await (const { status, answer, error } of all.run("analyze", [{ image, tasks: [{ task: "caption" }] }])) {
    if (status === "ok") expectTypeOf(answer.results[0]?.task).not.toBeUndefined();
    else expectTypeOf(error).toEqualTypeOf<client.FlorenceError>();
  }
  // @ts-expect-error there is no such task
  void all.run("nothing", [image]);
  // @ts-expect-error this task takes no region
  void all.run("caption", [{ image, region }]);
  // @ts-expect-error the form is the same for all lines
  void all.run("object-detection", [{ image, format: "flat" }]);
  // @ts-expect-error a line is no stream
  void all.run("caption", [image], { stream: true });
  // @ts-expect-error it would bound nothing
  void all.run("caption", [image], { maxPrice: 1000 });
}

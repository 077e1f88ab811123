import { expectTypeOf } from "vitest";
import type * as client from "../../src/client/florence.ts";

/** As `client.ts`, of batches. */
declare const florence: client.Florence;
declare const image: Blob;

const region = { x1: 170, y1: 0, x2: 360, y2: 170 };

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

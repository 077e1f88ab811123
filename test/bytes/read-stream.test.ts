import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PIECE_BYTES, readPieces } from "../../src/bytes/read-pieces.ts";
import { readStream } from "../../src/bytes/read-stream.ts";
import { joinBytes } from "../support/image-bytes.ts";

/** Streams of any kind: of values, of bytes, and the body of a response, which in workerd is the runtime's own. */
const kinds = {
  values: (chunks: readonly Uint8Array[]) => streamOf(chunks),
  bytes: (chunks: readonly Uint8Array[]) => streamOf(chunks, "bytes"),
  body: (chunks: readonly Uint8Array[]) => new Response(joinBytes(...chunks)).body ?? streamOf([]),
} as const;

function streamOf(chunks: readonly Uint8Array[], type?: "bytes"): ReadableStream<Uint8Array> {
  const start = (controller: { enqueue: (chunk: Uint8Array<ArrayBuffer>) => void; close: () => void }): void => {
    // A byte stream takes the memory of a chunk, and refuses an empty one.
    for (const chunk of chunks) if (chunk.length > 0) controller.enqueue(chunk.slice());
    controller.close();
  };
  return type === undefined ? new ReadableStream<Uint8Array>({ start }) : new ReadableStream({ type, start });
}

/** A stream that never has a chunk, and ignores its cancellation. */
const stalled = () => new ReadableStream<Uint8Array>({ cancel: () => new Promise(() => {}) });

const chunks = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 30 });
const kind = fc.constantFrom(...Object.values(kinds));

describe("a stream", () => {
  it("is read whole if it is within the limit, whatever its kind and its chunks", async () => {
    await fc.assert(
      fc.asyncProperty(kind, chunks, fc.nat({ max: 300 }), async (make, sent, maxBytes) => {
        const all = joinBytes(...sent);
        const read = await readStream(make(sent), { maxBytes });
        expect(read).toEqual(all.length <= maxBytes ? all : undefined);
      }),
    );
  });

  it("is read whole if it is longer than a piece, or than it declares", async () => {
    const bytes = Uint8Array.from({ length: 3 * PIECE_BYTES + 1 }, (_, at) => at % 251);
    for (const make of Object.values(kinds)) {
      for (const expectedBytes of [undefined, 0, 1, bytes.length, 10 * bytes.length, Number.NaN]) {
        // oxlint-disable-next-line no-await-in-loop -- one at a time, for the memory
        expect(await readStream(make([bytes]), { maxBytes: 2 ** 20, expectedBytes })).toEqual(bytes);
      }
    }
  });

  it("is cancelled as soon as it has more bytes than the limit", async () => {
    let sent = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(Uint8Array.of(1));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    expect(await readStream(endless, { maxBytes: 10 })).toBeUndefined();
    expect([isCancelled, sent <= 12]).toEqual([true, true]);
  });

  it("is not read further when the signal is aborted, even if it ignores its cancellation", async () => {
    const controller = new AbortController();
    const read = readStream(stalled(), { maxBytes: 10, signal: controller.signal });
    controller.abort(new Error("late"));
    await expect(read).rejects.toThrow("late");
    await expect(readStream(stalled(), { maxBytes: 10, signal: controller.signal })).rejects.toThrow("late");
  });

  it("throws what the stream throws", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    await expect(readStream(broken, { maxBytes: 10 })).rejects.toThrow("reset");
  });
});

it("passes chunks on when they arrive, unless they are to be joined", async () => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>({
    start: (each) => {
      controller = each;
    },
  });
  const pieces = readPieces(stream);
  controller?.enqueue(Uint8Array.of(7));
  expect((await pieces.next()).value).toEqual(Uint8Array.of(7));
  await pieces.return();
});

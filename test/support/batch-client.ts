import { createFlorence } from "../../src/client/florence.ts";
import type { AppOptions } from "../../src/http/app.ts";
import type { Fetch } from "../../src/inference/protocol/transport.ts";
import type { Service } from "../../src/contract/service.ts";
import { batchApp } from "./batch-app.ts";

/** A request that was sent. */
interface Sent {
  readonly method: string;
  readonly path: string;
}

/** Replaces the response of a request; undefined lets it pass. */
export type Intercept = (sent: Sent, answer: () => Promise<Response>) => Promise<Response> | undefined;

/** A client of an application in memory that has batches. Lines are answered while the client sleeps; `intercept` is the network between them. */
export function batchClient(
  service: Partial<Service> = {},
  { intercept, ...more }: Partial<AppOptions> & { readonly intercept?: Intercept } = {},
) {
  const world = batchApp(service, more);
  const sent: Sent[] = [];
  const fetch: Fetch = async (url, { body, signal, ...init }) => {
    const { pathname, search } = new URL(url);
    const method = init.method ?? "GET";
    const request = { method, path: pathname + search };
    sent.push(request);
    signal?.throwIfAborted();
    // As bytes: Node cannot cancel the stream that it makes of a Blob.
    const bytes = body === undefined ? undefined : await new Response(body).arrayBuffer();
    const headers = new Headers(init.headers);
    if (bytes !== undefined) headers.set("content-length", String(bytes.byteLength));
    const answer = async () => world.app.request(url, { method, headers, ...(bytes !== undefined && { body: bytes }) });
    return intercept?.(request, answer) ?? answer();
  };
  const florence = createFlorence({
    baseUrl: "https://florence.test",
    fetch,
    now: world.time.now,
    sleep: async (milliseconds, signal) => {
      // A deadline: in these tests none passes.
      if (milliseconds >= 60_000) {
        return new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      await world.live(milliseconds, Math.min(milliseconds, 1000));
    },
  });
  return { ...world, florence, sent };
}

/** Collects what is iterated. */
export async function collected<Row>(rows: AsyncIterable<Row>): Promise<readonly Row[]> {
  const list: Row[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

/** An image so many times, by its URL. */
export function repeated(count: number): readonly string[] {
  return Array.from({ length: count }, () => "https://example.com/cat.png");
}

import { describe, expect, it } from "vitest";
import { MAX_BATCH_ITEMS } from "../../src/contract/batch.ts";
import { limitFetches, MAX_FETCHES_PER_HOST } from "../../src/image/limit-fetches.ts";
import { bytes, fetchOver, redirect } from "../support/image-servers.ts";

const never = new AbortController().signal;

/** A limited fetch from a server whose images are each `redirects` hops away. */
function limited(redirects: number) {
  const pages: Record<string, () => Response> = {};
  for (let image = 0; image < MAX_BATCH_ITEMS; image += 1) {
    for (let hop = 0; hop <= redirects; hop += 1) {
      pages[`https://example.com/${image}/${hop}`] = () =>
        hop === redirects ? new Response(bytes) : redirect(`/${image}/${hop + 1}`);
    }
  }
  const { requests, fetchImage } = fetchOver(pages);
  return { requests, get: limitFetches(fetchImage) };
}

describe("the fetches of one request", () => {
  it("may be a batch of images from one host", async () => {
    const { get, requests } = limited(0);
    for (let image = 0; image < MAX_BATCH_ITEMS; image += 1) await get(`https://example.com/${image}/0`, never);
    expect(requests).toHaveLength(MAX_BATCH_ITEMS);
  });

  it("are limited for each host, redirects included", async () => {
    const { get, requests } = limited(3);
    const outcomes: string[] = [];
    for (let image = 0; image < MAX_BATCH_ITEMS; image += 1) {
      outcomes.push(
        await get(`https://example.com/${image}/0`, never).then(
          () => "ok",
          ({ code }: { code: string }) => code,
        ),
      );
    }
    expect(requests).toHaveLength(MAX_FETCHES_PER_HOST);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(MAX_FETCHES_PER_HOST / 4);
    expect(outcomes.at(-1)).toBe("image-url-refused");
  });
});

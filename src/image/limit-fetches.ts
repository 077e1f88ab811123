import { Problem } from "../contract/problems.ts";
import type { FetchImage } from "./fetch-image.ts";

/** Maximum requests that one request of ours sends to one host: an image for each item of a batch (`MAX_BATCH_ITEMS`), and some redirects. */
export const MAX_FETCHES_PER_HOST = 40;

/** Limits the fetches of one request: `MAX_FETCHES_PER_HOST`, redirects included. Further ones throw `image-url-refused`. */
export function limitFetches(fetchImage: FetchImage): FetchImage {
  const counts = new Map<string, number>();
  const count = ({ host }: URL): void => {
    const fetches = (counts.get(host) ?? 0) + 1;
    counts.set(host, fetches);
    if (fetches <= MAX_FETCHES_PER_HOST) return;
    throw new Problem(
      "image-url-refused",
      `At most ${MAX_FETCHES_PER_HOST} fetches of a request may be from one host.`,
    );
  };
  return (url, signal, stored) => fetchImage(url, signal, stored, count);
}

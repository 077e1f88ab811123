import type { CacheDirectives, CacheReport, CallContext, ImageInput } from "../contract/service.ts";
import type { Entry } from "../cache/entry.ts";
import { Problem } from "../contract/problems.ts";
import { isWithin, staleLimit } from "../cache/freshness.ts";
import { isOriginDown } from "../image/fetch-image.ts";
import { type Image, imageFromBytes } from "../image/image.ts";
import type { Origin } from "../image/cache-metadata.ts";
import { type AbsentImage, ImageNeeded } from "../inference/backend.ts";
import type { CachedUrl } from "./url-cache.ts";
import type { StageTimer } from "../contract/stage-timer.ts";
import { type ImageIntake, readImage } from "./read-image.ts";

/** An image that was sent, and who sent it. */
export interface ReceivedImage {
  readonly image: ImageInput;
  readonly call: CallContext;
  /** Of the request; taking the image in is its `intake`. */
  readonly stages: StageTimer;
}

/** What is had of an image that was named by its address; `down` is why its server could not be asked. */
interface Seen {
  readonly image: Image | AbsentImage;
  readonly down?: Problem;
}

type ByAddress = ImageIntake & { readonly address: string; readonly call: CallContext };

/** Downloads it, unless it is still what was known of it. */
async function download(options: ByAddress, known?: CachedUrl): Promise<Image | AbsentImage> {
  const { address, call, limits, fetchImage, addresses } = options;
  if (fetchImage === undefined) throw new Problem("image-url-refused", "No addresses are fetched here.");
  const fetched = await fetchImage(address, call.signal, known?.origin);
  const remember = async (image: AbsentImage, origin: Origin): Promise<void> => {
    if (origin.isStorable && !call.cache.noStore) await addresses?.put(address, { image, origin });
  };
  if (fetched.type === "unchanged") {
    if (known === undefined) throw new TypeError("What was not known cannot be unchanged.");
    await remember(known.image, fetched.origin);
    return known.image;
  }
  const image = await imageFromBytes(fetched.bytes, limits, options.known);
  const { bytes: _bytes, ...facts } = image;
  await remember(facts, fetched.origin);
  return image;
}

function isFresh(entry: Entry<CachedUrl>, { maxAge = Infinity }: CacheDirectives, nowMs: number): boolean {
  return nowMs - entry.createdMs < Math.min(entry.value.origin.freshSeconds, maxAge) * 1000;
}

/** What the address shows, by what is memoized of it where that is fresh or still holds, or where its server is down. */
async function see(options: ByAddress, now: () => number): Promise<Seen> {
  const { address, call, addresses } = options;
  const isAsked = call.cache.noCache || call.cache.noStore;
  const entry = isAsked ? undefined : await addresses?.get(address);
  if (entry === undefined) return { image: await download(options) };
  if (isFresh(entry, call.cache, now())) return { image: entry.value.image };
  try {
    return { image: await download(options, entry.value) };
  } catch (thrown) {
    if (!isOriginDown(thrown) || !isWithin(entry, staleLimit(call.cache), now())) throw thrown;
    return { image: entry.value.image, down: thrown };
  }
}

/**
 * Runs `work` on an image. One that is named by an address is not downloaded where it is known what it shows and the cache has the rest; where
 * `work` finds that it needs the bytes, it runs again with them. An answer on what an address showed before its server went down is marked stale.
 */
export async function withImage<Result extends { readonly cache: CacheReport }>(
  { image: sent, call, stages }: ReceivedImage,
  intake: ImageIntake & { readonly now: () => number },
  work: (image: Image | AbsentImage) => Promise<Result>,
): Promise<Result> {
  if (sent.kind !== "url") return work(await stages.time("intake", () => readImage(sent, intake)));
  const options: ByAddress = { ...intake, address: sent.url, call };
  const { image, down } = await stages.time("intake", () => see(options, intake.now));
  try {
    const result = await work(image);
    return down === undefined ? result : { ...result, cache: { ...result.cache, stale: true } };
  } catch (thrown) {
    if (!(thrown instanceof ImageNeeded)) throw thrown;
    if (down !== undefined) throw down;
  }
  return work(await stages.time("intake", () => download(options)));
}

import type { CacheDirectives, CacheReport, CallContext, ImageInput } from "../contract/service.ts";
import type { Entry } from "../cache/entry.ts";
import { Problem } from "../contract/problems.ts";
import { ageMsOf, isWithinAge, staleLimit } from "../cache/freshness.ts";
import { isOriginDown } from "../image/fetch-image.ts";
import { type Image, imageFromBytes } from "../image/image.ts";
import { requireImageFile } from "../image/not-an-image.ts";
import type { CacheMetadata } from "../image/cache-metadata.ts";
import { type AbsentImage, ImageNeeded } from "../inference/backend.ts";
import type { CachedUrl } from "./url-cache.ts";
import type { StageTimer } from "../contract/stage-timer.ts";
import { ownHeaders } from "./own-headers.ts";
import { type ImageIntake, readImage } from "./read-image.ts";

/** A received image and its request's context. */
export interface ReceivedImage {
  readonly image: ImageInput;
  readonly call: CallContext;
  /** Stage timer of the request; loading the image is the stage `intake`. */
  readonly stages: StageTimer;
}

/** The image at a URL, with its bytes if it was downloaded. `down` is the failure of its server, if the image comes from the cache instead. */
interface ResolvedImage {
  readonly image: Image | AbsentImage;
  readonly down?: Problem;
}

type UrlImageOptions = ImageIntake & { readonly url: string; readonly call: CallContext };

type SentHere = Exclude<ImageInput, { kind: "url" }>;

/** Reads an image that was sent to this API: with the request, or before it. */
async function readSent(sent: SentHere, { account = "" }: CallContext, intake: ImageIntake): Promise<Image> {
  if (sent.kind !== "upload") return readImage(sent, intake);
  const { uploads } = intake;
  if (uploads === undefined) throw new Problem("uploads-unavailable", "This deployment has no storage for files.");
  return readImage({ kind: "bytes", bytes: await uploads.read(sent.handle, account) }, intake);
}

function withoutBytes({ bytes: _bytes, ...image }: Image): AbsentImage {
  return image;
}

/** Images that were sent as text, which a repeat of the same object need not decode again. Handles are not among them: what they name may end. */
const knownTexts = new WeakMap<SentHere, AbsentImage>();

/** Downloads the image, or returns the cached one if it has not changed. Throws `not-cached` where no server may be asked. */
async function download(options: UrlImageOptions, cached?: CachedUrl): Promise<Image | AbsentImage> {
  const { url, call, limits, headerCache, fetchImage, urlCache } = options;
  if (call.cache.onlyIfCached) throw new Problem("not-cached", "No fresh image of this URL is in the cache.");
  if (fetchImage === undefined) throw new Problem("image-url-refused", "This server does not fetch URLs.");
  const fetched = await fetchImage(url, call.signal, cached?.origin);
  const store = async (image: AbsentImage, origin: CacheMetadata): Promise<void> => {
    if (origin.isStorable && !call.cache.noStore) await urlCache?.put(url, { image, origin }, call.cacheOwner);
  };
  if (fetched.type === "unchanged") {
    if (cached === undefined) throw new TypeError("The server replied 304 to an unconditional request.");
    await store(cached.image, fetched.metadata);
    return cached.image;
  }
  requireImageFile(fetched);
  const image = await imageFromBytes(fetched.bytes, limits, ownHeaders(headerCache, call.cacheOwner));
  await store(withoutBytes(image), fetched.metadata);
  return image;
}

function isFresh(entry: Entry<CachedUrl>, { maxAge = Infinity }: CacheDirectives, nowMs: number): boolean {
  return ageMsOf(entry, nowMs) < Math.min(entry.value.origin.freshSeconds, maxAge) * 1000;
}

/** Returns the image at a URL: from the cache if the entry is fresh or unchanged, or if the server is down and a stale entry is acceptable. */
async function resolve(options: UrlImageOptions, now: () => number): Promise<ResolvedImage> {
  const { url, call, urlCache } = options;
  const isBypassed = call.cache.noCache || call.cache.noStore;
  const entry = isBypassed ? undefined : await urlCache?.get(url, call.cacheOwner);
  if (entry === undefined) return { image: await download(options) };
  if (isFresh(entry, call.cache, now())) return { image: entry.value.image };
  try {
    return { image: await download(options, entry.value) };
  } catch (thrown) {
    if (!isOriginDown(thrown) || !isWithinAge(entry, staleLimit(call.cache), now())) throw thrown;
    return { image: entry.value.image, down: thrown };
  }
}

/**
 * Runs `work` on an image. An image at a URL is not downloaded if the URL cache has it; if `work` then throws `ImageNeeded`, the image is downloaded
 * and `work` runs again. If the image's server is down, the result on the cached image is marked stale.
 */
export async function withImage<Result extends { readonly cache: CacheReport }>(
  { image: sent, call, stages }: ReceivedImage,
  intake: ImageIntake & { readonly now: () => number },
  work: (image: Image | AbsentImage) => Promise<Result>,
): Promise<Result> {
  if (sent.kind !== "url") {
    const known = knownTexts.get(sent);
    const read = (): Promise<Image> => {
      const own = { ...intake, headerCache: ownHeaders(intake.headerCache, call.cacheOwner) };
      return stages.time("intake", () => readSent(sent, call, own));
    };
    if (known === undefined) {
      const image = await read();
      if (sent.kind === "base64") knownTexts.set(sent, withoutBytes(image));
      return work(image);
    }
    try {
      return await work(await stages.time("intake", async () => known));
    } catch (thrown) {
      if (!(thrown instanceof ImageNeeded)) throw thrown;
    }
    return work(await read());
  }
  const options: UrlImageOptions = { ...intake, url: sent.url, call };
  const { image, down } = await stages.time("intake", () => resolve(options, intake.now));
  try {
    const result = await work(image);
    return down === undefined ? result : { ...result, cache: { ...result.cache, stale: true } };
  } catch (thrown) {
    if (!(thrown instanceof ImageNeeded)) throw thrown;
    if (down !== undefined) throw down;
  }
  return work(await stages.time("intake", () => download(options)));
}

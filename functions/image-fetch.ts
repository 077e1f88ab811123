import { createResolver } from "../src/image/dns-over-https.ts";
import { createImageFetch, type FetchImage } from "../src/image/fetch-image.ts";
import { MAX_IMAGE_BYTES } from "../src/image/image.ts";
import type { PublicUrlOptions } from "../src/image/public-url.ts";
import { outside } from "./outside.ts";
import type { Variables } from "./variables.ts";

/** Settings that say which URLs of callers may be asked. */
export type UrlSettings = Pick<Variables, "ALLOW_HTTP_IMAGES" | "IMAGE_DNS_URL">;

/** Which URLs that callers have named may be asked: of images, and of webhooks. */
export function publicUrls({ ALLOW_HTTP_IMAGES, IMAGE_DNS_URL }: UrlSettings): PublicUrlOptions {
  return {
    allowsHttp: ALLOW_HTTP_IMAGES === "true",
    resolve: IMAGE_DNS_URL === "" ? undefined : createResolver({ url: IMAGE_DNS_URL, fetch: outside.fetch }),
  };
}

/** Fetches the images that requests name by their URL. */
export function imageFetch(settings: UrlSettings): FetchImage {
  return createImageFetch({ ...outside, ...publicUrls(settings), maxBytes: MAX_IMAGE_BYTES, now: Date.now });
}

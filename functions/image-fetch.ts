import { createResolver } from "../src/image/dns-over-https.ts";
import { createImageFetch, type FetchImage } from "../src/image/fetch-image.ts";
import { MAX_IMAGE_BYTES } from "../src/image/image.ts";
import { outside } from "./outside.ts";
import type { Variables } from "./variables.ts";

type Settings = Pick<Variables, "ALLOW_HTTP_IMAGES" | "IMAGE_DNS_URL">;

/** Fetches the images that requests name by their URL. */
export function imageFetch({ ALLOW_HTTP_IMAGES, IMAGE_DNS_URL }: Settings): FetchImage {
  return createImageFetch({
    ...outside,
    resolve: IMAGE_DNS_URL === "" ? undefined : createResolver({ url: IMAGE_DNS_URL, fetch: outside.fetch }),
    allowsHttp: ALLOW_HTTP_IMAGES === "true",
    maxBytes: MAX_IMAGE_BYTES,
    now: Date.now,
  });
}

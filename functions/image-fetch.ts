import { createResolver } from "../src/image/dns-over-https.ts";
import { createImageFetch, type FetchImage, type ImageFetchOptions } from "../src/image/fetch-image.ts";
import { MAX_IMAGE_BYTES } from "../src/image/image.ts";
import type { Variables } from "./variables.ts";

type Settings = Pick<Variables, "ALLOW_HTTP_IMAGES" | "IMAGE_DNS_URL">;

const request: ImageFetchOptions["fetch"] = (url, init) => fetch(url, init);

/** Fetches the images that requests name by their URL. */
export function imageFetch({ ALLOW_HTTP_IMAGES, IMAGE_DNS_URL }: Settings): FetchImage {
  return createImageFetch({
    fetch: request,
    timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
    resolve: IMAGE_DNS_URL === "" ? undefined : createResolver({ url: IMAGE_DNS_URL, fetch: request }),
    allowsHttp: ALLOW_HTTP_IMAGES === "true",
    maxBytes: MAX_IMAGE_BYTES,
    now: Date.now,
  });
}

import { createService } from "../../src/answering/answer.ts";
import { createCachedGenerations } from "../../src/generations/cached-generations.ts";
import type { Problem } from "../../src/contract/problems.ts";
import type { CacheDirectives, TaskRequest } from "../../src/contract/service.ts";
import type { FetchImage, Fetched } from "../../src/image/fetch-image.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import type { CacheMetadata } from "../../src/image/cache-metadata.ts";
import { createUrlCache } from "../../src/intake/url-cache.ts";
import { callWith } from "./calls.ts";
import { fakeBackend } from "./fake-backend.ts";
import { fakeStore } from "./fake-store.ts";
import { sampleImage } from "./sample-images.ts";
import { nextTask } from "./tiny-backend.ts";

/** Images of 640 x 480 and 512 x 512 pixels. */
export const [street, garden] = [sampleImage("street.jpg"), sampleImage("garden.png")];
const url = "https://example.com/picture";

/** A request for one task on the image at `url`. */
export function request(options: TaskRequest["options"] = {}, task = "caption"): TaskRequest {
  return { task, image: { kind: "url", url }, options };
}

/** A service with one image server, which can change the image, forbid its storage, or be down. */
export function service({ freshSeconds = 0, isStorable = true, store = fakeStore() } = {}) {
  const server = { image: street, etag: "1", failure: undefined as Problem | undefined };
  const downloads: string[] = [];
  const fetches: (CacheMetadata | undefined)[] = [];
  const fetchImage: FetchImage = async (requested, _signal, stored): Promise<Fetched> => {
    fetches.push(stored);
    if (server.failure !== undefined) throw server.failure;
    const metadata: CacheMetadata = { url: requested, etag: server.etag, freshSeconds, isStorable };
    if (stored?.etag === server.etag) return { type: "unchanged", metadata };
    downloads.push(server.etag);
    return { type: "file", bytes: server.image, contentType: "image/png", metadata };
  };
  let clock = 0;
  const now = () => clock;
  const { backend, requests: generated } = fakeBackend({ text: "<s>a cat</s>" });
  const shared = { salt: "s", waitUntil: () => {}, now, memoryBytes: 100_000 };
  const api = createService({
    backend,
    now,
    limits: ISOLATE_LIMITS,
    fetchImage,
    find: createCachedGenerations({ ...shared, backend, stores: [], ttlSeconds: 60, sleep: nextTask }),
    urlCache: createUrlCache({ ...shared, stores: [store.store] }),
  });
  const send = async (cache: Partial<CacheDirectives> = {}, options: TaskRequest["options"] = {}, task = "caption") =>
    api.answer(request(options, task), callWith(cache));
  return {
    send,
    api,
    server,
    downloads,
    fetches,
    generated,
    store,
    advance: (s: number) => (clock += s * 1000),
  };
}

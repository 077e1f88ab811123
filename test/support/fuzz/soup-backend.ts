import * as fc from "fast-check";
import { ISOLATE_LIMITS, readImageHeader } from "../../../src/image/image.ts";
import { createAdmission } from "../../../src/serving/admission.ts";
import { createServingApp } from "../../../src/serving/app.ts";
import { createFlorence2Model } from "../../../src/serving/florence2-model.ts";
import type { Florence2Options } from "../../../src/serving/florence2-options.ts";
import { createHttpServer, defaultTimeouts } from "../../../src/serving/http-node.ts";
import { createWithImage } from "../../../src/serving/with-image.ts";
import { utf8 } from "../text-bytes.ts";
import { hashOf } from "./bytes.ts";
import { fakeBackend, FIRST_LOCATION_ID } from "../fake-backend.ts";
import { admitAll } from "../fake-service.ts";
import { tokenSoup } from "../token-soup.ts";

/** How many different texts the backend writes: enough that parsers meet everything that they can meet. */
const TEXTS = 2000;

/** More than a campaign ever has in flight. */
const MAX_IN_FLIGHT = 1000;

/** The same texts in every run, so that a request gets the same answer when it is sent again. */
const texts = fc.sample(tokenSoup, { seed: 1, numRuns: TEXTS });

const identity = { id: "soup", revision: "1", dtype: "fp32" };
const description = { ...identity, imageSize: 256, firstLocationId: FIRST_LOCATION_ID };
const times = { queue: 0, encode: 0, decode: 0 };

/** How a soup backend is started. */
export interface SoupOptions {
  /** Where it listens: a free port by default. */
  readonly port?: number;
  /** Waits before each part of a text, so that there is a time at which it can be interrupted; by default not at all. */
  readonly pause?: () => Promise<void>;
}

/** Writes a text for each prompt that depends on the prompt and the image: on its bytes, since an API with accounts sends each of them other digests. */
const createEngine = (pause: SoupOptions["pause"]): Florence2Options["engine"] => ({
  generate: async ({ digest, pixels, prompts, decoding, stream }, emit, signal) => {
    for (const [prompt, asked] of prompts.entries()) {
      const text = texts[hashOf(utf8(`${pixels?.[0] ?? 0} ${asked}`)) % TEXTS] ?? "";
      const { backend } = fakeBackend({ text, probability: 0.5 });
      const image = { bytes: new Uint8Array(), format: "png", width: 1, height: 1, digest } as const;
      const request = { image, prompts: [asked], decoding, stream };
      for await (const event of backend.generate(request, signal)) {
        await pause?.();
        emit({ ...event, prompt });
      }
    }
    return times;
  },
});

/**
 * The GPU backend of this project with random text in place of a model: markup in every state of disorder, in no time. Images are checked as the real
 * backend checks them, but not decoded.
 */
export async function startSoupBackend({ port = 0, pause }: SoupOptions = {}): Promise<{
  readonly url: URL;
  stop(): Promise<unknown>;
}> {
  const withImage = createWithImage({
    has: () => false,
    decode: async ({ bytes }) => {
      readImageHeader(bytes, ISOLATE_LIMITS);
      return Float32Array.of(hashOf(bytes));
    },
  });
  const app = createServingApp({
    models: [createFlorence2Model({ engine: createEngine(pause), withImage, description, positions: 1024 })],
    identity,
    receive: admitAll,
    admission: createAdmission({ maxRequests: MAX_IN_FLIGHT, maxUnits: Infinity }),
    version: "0.0.0",
    now: () => performance.now(),
    newRequestId: () => "soup",
    isAuthorized: () => true,
    record: () => {},
    metrics: async () => ({ text: "", contentType: "text/plain" }),
  });
  const server = createHttpServer((request) => app.fetch(request), defaultTimeouts);
  const url = await server.listen(port, "127.0.0.1");
  return { url, stop: () => server.close(0) };
}

import type { Encoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { createBatcher } from "./batcher.ts";
import { createByteLru } from "../cache/byte-lru.ts";
import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";
import type { Callers } from "./lanes.ts";

/** A preprocessed image, or only its digest if its features should be cached. */
export interface EngineImage {
  /** The key of its features: the SHA-256 of the image file in hexadecimal, with its scope if it has one. */
  readonly digest: string;
  /** Normalized pixels, `[3, size, size]`. */
  readonly pixels: Float32Array | undefined;
}

/** Thrown when only a digest was sent and its features are not cached (any more): the image itself must be sent. */
export class UnknownDigestError extends Error {
  override readonly name = "UnknownDigestError";
}

/** Dependencies and limits of a feature cache. */
export interface FeatureCacheOptions {
  readonly encoder: Encoder;
  readonly device: Device;
  readonly callers: Pick<Callers, "isShared" | "laneOf">;
  /** The batch window, as in `BatcherOptions`. */
  readonly window: () => Promise<void>;
  readonly maxBatch: number;
  /** Budget of the cache, in bytes. */
  readonly featureBytes: number;
  /** Called when the features of a digest are added to the cache (`isKnown`) or evicted from it. */
  readonly onChange: (digest: string, isKnown: boolean) => void;
}

/** Who asks for features. */
export interface Requester {
  readonly caller: string;
  readonly signal: AbortSignal;
  /** Called when the image's vision pass starts. */
  readonly begin: () => void;
}

/** Cache of image features. Each image is encoded once, even for concurrent requests, and stays cached until it is evicted. */
export interface FeatureCache {
  /**
   * Resolves with the features of an image, from the cache or from a vision pass. Rejects with `UnknownDigestError` or `request-cancelled`.
   */
  get(image: EngineImage, requester: Requester): Promise<Float32Tensor>;
  has(digest: string): boolean;
  cached(): { readonly cachedImages: number; readonly cachedBytes: number };
}

/** A queued or running vision pass of one image. */
interface VisionPass {
  readonly pixels: Float32Array;
  /** All that wait for it, at least one; the pass is not run once all are aborted. */
  readonly requesters: Requester[];
}

function isAbandoned({ requesters }: VisionPass): boolean {
  return requesters.every(({ signal }) => signal.aborted);
}

function createVisionBatcher({ encoder, device, callers, window, maxBatch }: FeatureCacheOptions) {
  return createBatcher<VisionPass, Float32Tensor>({
    device,
    stage: "vision",
    run: (passes) => {
      for (const { begin } of passes.flatMap(({ requesters }) => requesters)) begin();
      return encoder.encodeImages(passes.map(({ pixels }) => pixels));
    },
    keyOf: () => "vision",
    callerOf: ({ requesters }) => requesters[0]?.caller ?? "",
    callers,
    isAbandoned,
    maxItems: maxBatch,
    window,
  });
}

/** A pass and the promise of its result. */
interface InFlightPass {
  readonly pass: VisionPass;
  readonly features: Promise<Float32Tensor>;
}

/** Tracks queued and running vision passes by digest; `onDone` is called with the features of each that succeeds. */
function createPassTracker(options: FeatureCacheOptions, onDone: (digest: string, features: Float32Tensor) => void) {
  const inFlight = new Map<string, InFlightPass>();
  const batcher = createVisionBatcher(options);
  const remove = (digest: string, entry: InFlightPass): void => {
    if (inFlight.get(digest) === entry) inFlight.delete(digest);
  };
  return {
    has: (digest: string) => inFlight.has(digest),
    /** Returns the pass of a digest, unless all its requests are aborted: such a pass is not run, so that it cannot be shared. */
    joinable: (digest: string): InFlightPass | undefined => {
      const current = inFlight.get(digest);
      return current !== undefined && !isAbandoned(current.pass) ? current : undefined;
    },
    start: (digest: string, pass: VisionPass): InFlightPass => {
      const entry = { pass, features: batcher.submit(pass) };
      inFlight.set(digest, entry);
      entry.features
        .then(
          (features) => onDone(digest, features),
          () => {},
        )
        .finally(() => remove(digest, entry));
      return entry;
    },
  };
}

/** Creates a feature cache: a cache by digest in front of a batcher of vision passes. */
export function createFeatureCache(options: FeatureCacheOptions): FeatureCache {
  const { featureBytes, onChange } = options;
  const cache = createByteLru<Float32Tensor>({
    maxBytes: featureBytes,
    bytesOf: ({ data }) => data.byteLength,
    onEvict: (digest) => onChange(digest, false),
  });
  const passes = createPassTracker(options, (digest, features) => {
    cache.set(digest, features);
    if (cache.has(digest)) onChange(digest, true);
  });
  return {
    get: async ({ digest, pixels }, requester) => {
      if (requester.signal.aborted) throw cancelled();
      const features = cache.get(digest);
      if (features !== undefined) return features;
      const joinable = passes.joinable(digest);
      if (joinable === undefined) {
        if (pixels === undefined) throw new UnknownDigestError(digest);
        return passes.start(digest, { pixels, requesters: [requester] }).features;
      }
      joinable.pass.requesters.push(requester);
      return joinable.features;
    },
    has: (digest) => cache.has(digest) || passes.has(digest),
    cached: () => ({ cachedImages: cache.size, cachedBytes: cache.bytes }),
  };
}

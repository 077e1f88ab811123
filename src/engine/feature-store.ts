import type { Encoder } from "../runtime/florence2.ts";
import type { Float32Tensor } from "../runtime/tensors.ts";
import { createBatcher } from "./batcher.ts";
import { createByteLru } from "../cache/byte-lru.ts";
import { cancelled } from "./cancelled.ts";
import type { Device } from "./device.ts";

/** A picture, or only its name where its features should be here. */
export interface Picture {
  /** SHA-256 of the file. */
  readonly digest: string;
  /** `[3, size, size]`. */
  readonly pixels: Float32Array | undefined;
}

/** Only a digest was sent, and it is not known (any more): the picture itself must be. */
export class UnknownDigestError extends Error {
  override readonly name = "UnknownDigestError";
}

/** What the store is made of. */
export interface FeatureStoreOptions {
  readonly encoder: Encoder;
  readonly device: Device;
  readonly window: () => Promise<void>;
  readonly maxBatch: number;
  readonly featureBytes: number;
  /** Tells whether a digest alone is enough from now on. */
  readonly onChange: (digest: string, isKnown: boolean) => void;
}

/** Pictures' features: each picture is encoded once, however many ask for it, and kept while there is room. */
export interface FeatureStore {
  /** `begin` is called when the vision pass begins. Rejects with `UnknownDigestError`, or `request-cancelled`. */
  of(picture: Picture, signal: AbortSignal, begin: () => void): Promise<Float32Tensor>;
  has(digest: string): boolean;
  cached(): { readonly cachedPictures: number; readonly cachedBytes: number };
}

/** A vision pass that somebody waits for. */
interface Pass {
  readonly pixels: Float32Array;
  /** Those who wait for it; one that has nobody left is not run. */
  readonly signals: AbortSignal[];
  readonly begins: (() => void)[];
}

function isAbandoned({ signals }: Pass): boolean {
  return signals.every(({ aborted }) => aborted);
}

function createVisionBatcher({ encoder, device, window, maxBatch }: FeatureStoreOptions) {
  return createBatcher<Pass, Float32Tensor>({
    device,
    run: (passes) => {
      for (const begin of passes.flatMap(({ begins }) => begins)) begin();
      return encoder.encodeImages(passes.map(({ pixels }) => pixels));
    },
    keyOf: () => "vision",
    isAbandoned,
    maxItems: maxBatch,
    window,
  });
}

/** A pass and what will come of it. */
interface UnderWay {
  readonly pass: Pass;
  readonly features: Promise<Float32Tensor>;
}

/** Passes that have begun or wait, by digest; `onDone` hears of each that succeeds. */
function createPasses(options: FeatureStoreOptions, onDone: (digest: string, features: Float32Tensor) => void) {
  const underWay = new Map<string, UnderWay>();
  const batcher = createVisionBatcher(options);
  const forget = (digest: string, entry: UnderWay): void => {
    if (underWay.get(digest) === entry) underWay.delete(digest);
  };
  return {
    has: (digest: string) => underWay.has(digest),
    /** One that all others have left will not be run: it cannot be joined. */
    joinable: (digest: string): UnderWay | undefined => {
      const current = underWay.get(digest);
      return current !== undefined && !isAbandoned(current.pass) ? current : undefined;
    },
    start: (digest: string, pass: Pass): UnderWay => {
      const entry = { pass, features: batcher.submit(pass) };
      underWay.set(digest, entry);
      entry.features
        .then(
          (features) => onDone(digest, features),
          () => {},
        )
        .finally(() => forget(digest, entry));
      return entry;
    },
  };
}

/** Features by digest, behind a batcher of vision passes. */
export function createFeatureStore(options: FeatureStoreOptions): FeatureStore {
  const { featureBytes, onChange } = options;
  const known = createByteLru<Float32Tensor>({
    maxBytes: featureBytes,
    bytesOf: ({ data }) => data.byteLength,
    onForget: (digest) => onChange(digest, false),
  });
  const passes = createPasses(options, (digest, features) => {
    known.set(digest, features);
    if (known.has(digest)) onChange(digest, true);
  });
  return {
    of: async ({ digest, pixels }, signal, begin) => {
      if (signal.aborted) throw cancelled();
      const features = known.get(digest);
      if (features !== undefined) return features;
      const joinable = passes.joinable(digest);
      if (joinable === undefined) {
        if (pixels === undefined) throw new UnknownDigestError(digest);
        return passes.start(digest, { pixels, signals: [signal], begins: [begin] }).features;
      }
      joinable.pass.signals.push(signal);
      joinable.pass.begins.push(begin);
      return joinable.features;
    },
    has: (digest) => known.has(digest) || passes.has(digest),
    cached: () => ({ cachedPictures: known.size, cachedBytes: known.bytes }),
  };
}

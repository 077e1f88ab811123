import type { ModelDescription } from "../inference/backend.ts";
import { identityOf } from "../inference/model-identity.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";

/** The model that a backend of ours says it runs; undefined for one that does not say all of it. */
export function modelDescriptionOf({ parameters }: ModelMetadata): ModelDescription | undefined {
  const { image_size: imageSize, first_location_id: firstLocationId } = parameters;
  const identity = identityOf(parameters);
  if (identity === undefined || typeof imageSize !== "number" || typeof firstLocationId !== "number") return undefined;
  return { ...identity, imageSize, firstLocationId };
}

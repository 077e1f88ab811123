import type { ModelDescription } from "./backend.ts";
import type { ModelMetadata } from "./protocol/metadata.ts";

/** The model that a backend of ours says it runs; undefined for one that does not say all of it. */
export function describedBy({ parameters }: ModelMetadata): ModelDescription | undefined {
  const { model_id: id, revision, dtype, image_size: imageSize, first_location_id: firstLocationId } = parameters;
  if (typeof id !== "string" || typeof revision !== "string" || typeof dtype !== "string") return undefined;
  if (typeof imageSize !== "number" || typeof firstLocationId !== "number") return undefined;
  return { id, revision, dtype, imageSize, firstLocationId };
}

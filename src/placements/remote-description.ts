import type { ModelDescription } from "../inference/backend.ts";
import { identityOf } from "../inference/model-identity.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";

/** The model description in the metadata of our own backend; undefined if it is incomplete. */
export function modelDescriptionOf({ parameters }: ModelMetadata): ModelDescription | undefined {
  const { image_size: imageSize, first_location_id: firstLocationId, domain } = parameters;
  const identity = identityOf(parameters);
  if (identity === undefined || typeof imageSize !== "number" || typeof firstLocationId !== "number") return undefined;
  return { ...identity, ...(typeof domain === "string" && { domain }), imageSize, firstLocationId };
}

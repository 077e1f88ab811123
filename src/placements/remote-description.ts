import type { ModelDescription } from "../inference/backend.ts";
import { identityOf } from "../inference/model-identity.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";

function describe({ parameters }: ModelMetadata): ModelDescription | undefined {
  const { image_size: imageSize, first_location_id: firstLocationId, domain } = parameters;
  const identity = identityOf(parameters);
  if (identity === undefined || typeof imageSize !== "number" || typeof firstLocationId !== "number") return undefined;
  return { ...identity, ...(typeof domain === "string" && { domain }), imageSize, firstLocationId };
}

const described = new WeakMap<ModelMetadata, ModelDescription>();

/** The model description in the metadata of our own backend, the same object for the same metadata; undefined if it is incomplete. */
export function modelDescriptionOf(metadata: ModelMetadata): ModelDescription | undefined {
  const known = described.get(metadata);
  if (known !== undefined) return known;
  const description = describe(metadata);
  if (description !== undefined) described.set(metadata, description);
  return description;
}

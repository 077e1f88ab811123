import type { ModelDescription } from "../inference/backend.ts";
import type { ModelShards } from "../weights/shards.ts";
import { modelFiles } from "./load-model.ts";
import { readFirstLocationId, readImageConfig } from "./model-config.ts";

/** Reads the model description, which answers contain, from the model's JSON files. */
export async function describeModel(shards: ModelShards): Promise<ModelDescription> {
  const { id, revision, dtype, domain } = shards;
  const { size } = readImageConfig(await shards.json(modelFiles.preprocessor));
  const firstLocationId = readFirstLocationId(await shards.json(modelFiles.tokenizer));
  return { id, revision, dtype, ...(domain !== undefined && { domain }), imageSize: size, firstLocationId };
}

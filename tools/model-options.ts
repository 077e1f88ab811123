import { join } from "node:path";
import { root } from "./serve.ts";

const SHARDS = join(root, "model-shards");

/** The options with which a command chooses the model that answers. */
export const modelOptions = {
  model: { type: "string" },
  dtype: { type: "string" },
  provider: { type: "string", default: "cpu" },
  yes: { type: "boolean", default: false },
  hub: { type: "string" },
  sources: { type: "string", default: join(SHARDS, "sources.json") },
  shards: { type: "string", default: SHARDS },
} as const;

/** The help text of `modelOptions`. */
export const MODEL_USAGE = `  --model      a model that runs natively on this machine instead of the small one: florence-2-base, florence-2-base-ft,
               florence-2-large, florence-2-large-ft, which are downloaded once (base 1.1 GB, large 3.3 GB as fp32), or
               one of --shards
  --dtype      another export of it, such as fp16: npm run pull -- --help lists them
  --yes        downloads without asking
  --provider   cpu, or another one of npm run gpu
  --shards     the folder of the models and their manifest: model-shards
  --hub, --sources   where the download comes from, as in npm run pull`;

/** The parsed values of `modelOptions`. */
export interface ModelChoice {
  readonly model?: string | undefined;
  readonly dtype?: string | undefined;
  readonly provider: string;
  readonly yes: boolean;
  readonly hub?: string | undefined;
  readonly sources: string;
  readonly shards: string;
}

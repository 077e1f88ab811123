import type { Engine } from "../engine/engine.ts";
import type { ModelDescription } from "../inference/backend.ts";
import type { WithImage } from "./with-image.ts";

/** Dependencies of the `florence2` model and its stream. */
export interface Florence2Options {
  readonly engine: Pick<Engine, "generate">;
  readonly withImage: WithImage;
  readonly description: ModelDescription;
  /** Maximum number of tokens that the decoder can generate. */
  readonly positions: number;
}

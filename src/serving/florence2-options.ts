import type { Engine } from "../engine/engine.ts";
import type { ModelDescription } from "../inference/backend.ts";
import type { WithImage } from "./with-image.ts";

/** What the model is made of. */
export interface Florence2Options {
  readonly engine: Pick<Engine, "generate">;
  readonly withImage: WithImage;
  readonly description: ModelDescription;
  /** What the decoder can write. */
  readonly positions: number;
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMirror } from "./hub-mirror.ts";
import { mirroredModel } from "./mirrored-model.ts";

/** The model that the commands download in tests: of the public ones, one whose files sources.json does not pin. */
export const HUB_MODEL = "florence-2-base-ft";

/**
 * Starts a hub on this machine that has the mini model's files under every public model's name, and creates an empty folder for models. `environment`
 * and `flags` make a command use both.
 */
export async function startModelHub() {
  const mirror = await startMirror(await mirroredModel());
  const shards = await mkdtemp(join(tmpdir(), "florence-edge-models-"));
  return {
    mirror,
    shards,
    environment: { HF_ENDPOINT: mirror.url.href },
    flags: ["--model", HUB_MODEL, "--shards", shards],
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await mirror.stop();
      await rm(shards, { recursive: true });
    },
  };
}

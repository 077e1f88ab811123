import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One folder in which whoever runs the Worker first leaves it built for all other tests, and for the commands that they start. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-builds-"));
  process.env["FLORENCE_EDGE_BUILDS"] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

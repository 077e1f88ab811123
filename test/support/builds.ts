import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Creates a folder that caches the built Worker for all tests and for the commands that they start; returns its removal. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-builds-"));
  process.env["FLORENCE_EDGE_BUILDS"] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

import { join } from "node:path";
import { root } from "../../../../tools/serve.ts";
import { installFolder } from "../../install.ts";

/** Installs Node-RED (130 MB), and what the node's own types are checked with (37 MB), unless exactly these are installed. */
export async function setup(): Promise<void> {
  await installFolder(join(import.meta.dirname, ".."));
  await installFolder(join(root, "integrations/node-red"));
}

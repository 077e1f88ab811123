import { join } from "node:path";
import { root } from "../../../../tools/serve.ts";

/** The folder of the Zapier app. */
export const appFolder = join(root, "integrations/zapier");

import { join } from "node:path";
import { root } from "../../../../tools/serve.ts";

/** The folder of the piece for Activepieces. */
export const pieceFolder = join(root, "integrations/activepieces");

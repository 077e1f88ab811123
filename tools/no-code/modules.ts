import { activepiecesModule } from "./activepieces.ts";
import { nodeRedTable } from "./node-red.ts";
import { n8nModule } from "./n8n.ts";
import { zapierModule } from "./zapier.ts";

/** Returns the generated modules of the packages for tools without code, by their paths in the repository. */
export function noCodeModules(): ReadonlyMap<string, string> {
  return new Map([
    ["integrations/zapier/src/generated.ts", zapierModule()],
    ["integrations/activepieces/src/lib/generated.ts", activepiecesModule()],
    ["integrations/node-red/resources/generated.json", nodeRedTable()],
    ["integrations/n8n-nodes-florence-edge/nodes/FlorenceEdge/generated.ts", n8nModule()],
  ]);
}

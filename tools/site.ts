import { runCommand } from "./run-command.ts";
import { buildAssets } from "./site/build-assets.ts";

await runCommand(() => buildAssets());

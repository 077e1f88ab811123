import { startCommandBackend } from "./local-backend.ts";
import { portFrom } from "./port.ts";
import { withProgress } from "./progress.ts";
import { startServer } from "./ready-server.ts";
import { runCommand, UsageError } from "./run-command.ts";

const USAGE = `Usage: npm run dev:split, or npm run dev:remote -- [flags of npm run gpu]

Starts the GPU backend with the mini model, and the API that asks it. PORT is the API's port.`;

await runCommand(async (lifetime) => {
  // Not parsed here: every argument after the first is a flag of the backend.
  const [placement, ...flags] = process.argv.slice(2);
  if (placement !== "split" && placement !== "remote") throw new UsageError(USAGE);
  const backend = await withProgress("Starting the backend…", startCommandBackend(lifetime, flags, true));
  const variables = { PLACEMENT: placement, BACKEND_URL: backend.url };
  const server = await startServer({ port: portFrom(undefined), variables }, lifetime);
  console.log(`\nThe API answers at ${server.url.origin} and asks ${backend.url} (${placement}). Stop: Ctrl+C\n`);
});

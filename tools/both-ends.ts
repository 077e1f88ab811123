import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { portFrom } from "./port.ts";
import { withProgress } from "./progress.ts";
import { startServer } from "./ready-server.ts";
import { runCommand, UsageError } from "./run-command.ts";
import { root } from "./serve.ts";

const USAGE = `Usage: npm run dev:split, or npm run dev:remote -- [flags of npm run gpu]

Starts the GPU backend with the mini model, and the API that asks it. PORT is the API's port.`;

/** Starts the backend and resolves to its address. Its log is forwarded to stderr, and it is killed when this process exits. */
async function startBackend(flags: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(root, "functions/gpu.ts"), "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    process.stderr.write(`${line}\n`);
    const { listening }: { listening?: string } = JSON.parse(line);
    if (listening === undefined) continue;
    child.stdout.pipe(process.stderr);
    return listening;
  }
  throw new UsageError("The backend ended before it listened; see above.");
}

await runCommand(async () => {
  // Not parsed here: every argument after the first is a flag of the backend.
  const [placement, ...flags] = process.argv.slice(2);
  if (placement !== "split" && placement !== "remote") throw new UsageError(USAGE);
  const backend = await withProgress("Starting the backend…", startBackend(flags));
  const variables = { PLACEMENT: placement, BACKEND_URL: backend };
  const { url } = await startServer(portFrom(process.env["PORT"]), variables);
  console.log(`\nThe API answers at ${url.origin} and asks ${backend} (${placement}). Stop: Ctrl+C\n`);
});

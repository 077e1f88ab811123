import { startServer } from "./ready-server.ts";
import { runCommand, UsageError } from "./run-command.ts";

/** The port that the README's examples use; `PORT` takes another. */
const DEFAULT_PORT = "8787";
const MAX_PORT = 65_535;

function portFrom(text: string): number {
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= MAX_PORT) return port;
  throw new UsageError(`PORT is ${JSON.stringify(text)}; it must be a number from 0 (a free one) to ${MAX_PORT}.`);
}

await runCommand(async () => {
  const { url } = await startServer(portFrom(process.env["PORT"] ?? DEFAULT_PORT));
  console.log(`
florence-edge answers at ${url.origin}. In another terminal:

  curl -s -H 'content-type: image/jpeg' --data-binary @test/pictures/street.jpg ${url.origin}/v1/object-detection

The tasks: ${url.origin}/v1/tasks    The contract: ${url.origin}/openapi.json    Stop: Ctrl+C
`);
});

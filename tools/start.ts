import { portFrom } from "./port.ts";
import { startServer } from "./ready-server.ts";
import { runCommand } from "./run-command.ts";

await runCommand(async () => {
  const { url } = await startServer(portFrom(process.env["PORT"]));
  console.log(`
florence-edge answers at ${url.origin}. Open it in a browser, or, in another terminal:

  curl -s -H 'content-type: image/jpeg' --data-binary @test/pictures/street.jpg ${url.origin}/v1/object-detection

The tasks: ${url.origin}/v1/tasks    The contract: ${url.origin}/openapi.json    Stop: Ctrl+C
`);
});

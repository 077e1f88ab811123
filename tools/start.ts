import { withProgress } from "./progress.ts";
import { bundle, LOCAL_VARIABLES, serve } from "./serve.ts";

/** The port that the README's examples use; `PORT` takes another. */
const DEFAULT_PORT = 8787;

const port = Number(process.env.PORT ?? DEFAULT_PORT);
const server = await withProgress(
  "Building the API…",
  bundle().then((modules) => serve(modules, { port, variables: LOCAL_VARIABLES })),
);
await withProgress("Loading the model…", fetch(new URL("/readyz", server.url)));

console.log(`
florence-edge answers at ${server.url.origin}. In another terminal:

  curl -s -H 'content-type: image/jpeg' --data-binary @test/pictures/street.jpg ${server.url.origin}/v1/object-detection

The tasks: ${server.url.origin}/v1/tasks    The contract: ${server.url.origin}/openapi.json    Stop: Ctrl+C
`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
}

import { ProblemDetails } from "../src/contract/problem-details.ts";
import { withProgress } from "./progress.ts";
import { UsageError } from "./run-command.ts";
import { bundle, LOCAL_VARIABLES, type Server, serve } from "./serve.ts";

/** A problem as a person reads it in a terminal. */
export function describeProblem({ title, detail, fix }: ProblemDetails): string {
  return `${title}.\n${detail}\n${fix}`;
}

async function waitUntilReady(server: Server): Promise<void> {
  const response = await fetch(new URL("/readyz", server.url));
  if (response.ok) return;
  throw new UsageError(describeProblem(ProblemDetails.parse(await response.json())));
}

async function listen(port: number): Promise<Server> {
  try {
    return await serve(await bundle(), { port, variables: LOCAL_VARIABLES });
  } catch (error) {
    if (!(error instanceof Error) || !/address already in use/iu.test(error.message)) throw error;
    throw new UsageError(
      `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port + 1} npm start`,
    );
  }
}

/** The API, built, listening and with its model loaded; port 0 takes a free one. Throws `UsageError` with what to do. */
export async function startServer(port: number): Promise<Server> {
  const server = await withProgress("Building the API…", listen(port));
  try {
    await withProgress("Loading the model…", waitUntilReady(server));
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

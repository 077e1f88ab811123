import { ProblemDetails } from "../src/contract/problem-details.ts";
import { withProgress } from "./progress.ts";
import { type Lifetime, runUnaborted, UsageError } from "./run-command.ts";
import { bundle } from "./bundle.ts";
import { isLoopback, portInUse } from "./port.ts";
import { type Build, LOCAL_VARIABLES, serve, type ServeOptions, type Server } from "./serve.ts";

/** Formats a problem for a person at a terminal. */
export function describeProblem({ title, detail, fix }: ProblemDetails): string {
  return `${title}.\n${detail}\n${fix}`;
}

async function waitUntilReady(server: Server): Promise<void> {
  const response = await fetch(new URL("/readyz", server.url));
  if (response.ok) return;
  throw new UsageError(describeProblem(ProblemDetails.parse(await response.json())));
}

type Variables = Readonly<Record<string, string>>;

/** The variables of wrangler.toml, and the secrets, that the environment may set: `PLACEMENT=remote BACKEND_URL=… npm start`. */
export const ENVIRONMENT_VARIABLES = [
  "MAX_IMAGE_PIXELS",
  "MAX_CACHED_TOKENS",
  "OVERLAY_PNG",
  "PLACEMENT",
  "MODEL",
  "BACKEND_URL",
  "BACKEND_TIMEOUT_MS",
  "ALLOW_HTTP_IMAGES",
  "IMAGE_DNS_URL",
  "REVOCATION_SECONDS",
  "CACHE_SHARING",
  "MCP_HOSTS",
  "BACKEND_AUTHORIZATION",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "STRIPE_API_URL",
  "STRIPE_METER",
  "STRIPE_TAX",
  "STRIPE_RETURN_URL",
  "EVENTS_URL",
  "EVENTS_SECRET",
  "X402_FACILITATOR_URL",
  "X402_FACILITATOR_AUTHORIZATION",
  "X402_PAY_TO",
  "X402_NETWORK",
  "X402_ASSET",
  "X402_ASSET_NAME",
  "X402_ASSET_VERSION",
  "X402_RPC_URL",
] as const;

function fromEnvironment(): Variables {
  const given = ENVIRONMENT_VARIABLES.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** The names of this machine, for a server that only it can reach. */
function mcpHosts(host = "127.0.0.1"): Variables {
  return isLoopback(host) ? { MCP_HOSTS: "localhost,127.0.0.1,[::1]" } : {};
}

async function listen(build: Build, options: ServeOptions): Promise<Server> {
  try {
    return await serve(build, options);
  } catch (error) {
    if (!(error instanceof Error) || !/address already in use/iu.test(error.message)) throw error;
    throw new UsageError(portInUse(options.port));
  }
}

async function startBuild(build: Build, options: ServeOptions): Promise<Server> {
  const server = await listen(build, options);
  try {
    await waitUntilReady(server);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Options of `startServer`. */
export interface StartOptions {
  /** The address to listen at: 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 0 takes a free port. */
  readonly port: number;
  /** Where Durable Objects keep what they store; without it, it is gone at the end. */
  readonly storage?: string | undefined;
  /** Override the environment's variables, which override those of wrangler.toml. */
  readonly variables?: Variables;
}

type ServerLifetime = Pick<Lifetime, "add" | "during">;

/** The caller stops the server itself. */
const unlimited: ServerLifetime = { add: () => {}, during: runUnaborted };

/**
 * Builds the API if need be, starts it and waits until its model is loaded. It stops with the command if `lifetime` is given. Throws `UsageError` with
 * what to do.
 */
export async function startServer(options: StartOptions, lifetime: ServerLifetime = unlimited): Promise<Server> {
  const build = await bundle(undefined, (work) => withProgress("Building the API…", lifetime.during(work)));
  const { port, host, storage } = options;
  const variables = { ...LOCAL_VARIABLES, ...mcpHosts(host), ...fromEnvironment(), ...options.variables };
  const serveOptions = {
    port,
    variables,
    ...(host !== undefined && { host }),
    ...(storage !== undefined && { storage }),
  };
  const server = await withProgress("Starting the API…", startBuild(build, serveOptions));
  lifetime.add(() => server.stop());
  return server;
}

import { createFlorence } from "../src/client/florence.ts";
import { domainSentence, REAL_MODEL_COMMAND } from "../src/playground/domain.ts";
import { startCommandBackend } from "./local-backend.ts";
import type { LocalModel } from "./local-model.ts";
import { withProgress } from "./progress.ts";
import { startServer } from "./ready-server.ts";
import type { Lifetime } from "./run-command.ts";
import type { Server } from "./serve.ts";

/**
 * How long an answer of a backend on this machine may take, in milliseconds: on a slow CPU, a long answer of Florence-2 large with beams takes minutes,
 * and nobody pays for the wait.
 */
const LOCAL_TIMEOUT_MS = 600_000;

/** Options of `startLocalApi`. */
export interface LocalApiOptions {
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The model that runs natively; by default the small one in the isolate. */
  readonly model?: LocalModel | undefined;
  /** The execution provider of the native model. */
  readonly provider: string;
  /** Variables of the API that replace those of the environment. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Where Durable Objects keep what they store; without it, it is gone at the end. */
  readonly storage?: string | undefined;
}

/** Starts the backend of a native model and returns the API's variables. The command fails if the backend dies. */
async function startModel({ id, dtype, shards }: LocalModel, provider: string, lifetime: Lifetime) {
  const flags = ["--model", id, "--shards", shards, "--provider", provider];
  const backend = await withProgress(`Loading ${id} (${dtype})…`, startCommandBackend(lifetime, flags));
  return { PLACEMENT: "remote", BACKEND_URL: backend.url, BACKEND_TIMEOUT_MS: String(LOCAL_TIMEOUT_MS) };
}

/**
 * Starts the API, and before it the backend of a native model if one is chosen; resolves once both are ready. Both stop with the command. Throws
 * `UsageError` and `Failure`.
 */
export async function startLocalApi(options: LocalApiOptions, lifetime: Lifetime): Promise<Server> {
  const { host, port, model, provider, storage } = options;
  const placement = model === undefined ? {} : await startModel(model, provider, lifetime);
  return startServer({ host, port, storage, variables: { ...options.variables, ...placement } }, lifetime);
}

/** How to get the real model, where `domainOf` says what the other one is for. */
export const REAL_MODEL_HINT = `The real model, on this machine (1.1 GB are downloaded once):  ${REAL_MODEL_COMMAND}`;

/** Says what the model of an API can be asked about; undefined if the API says nothing about it. */
export async function domainOf({ url }: Server): Promise<string | undefined> {
  const { models } = await createFlorence({ baseUrl: url.origin }).models();
  return models.map(domainSentence).find((sentence) => sentence !== undefined);
}

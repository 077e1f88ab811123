import { AZURE_PREFIX, azureRoutes } from "../src/azure/paths.ts";
import type { Dialect, DialectMount } from "../src/contract/dialect.ts";
import { tasks } from "../src/florence/tasks.ts";
import { ACTIONS_PREFIX, actionRoutes, OPENAI_PREFIX, openAiRoutes } from "../src/openai/paths.ts";

/** The tasks with the names that people of other Florence-2 code use. */
const namedTasks = Object.entries(tasks).map(([name, { input, token, sentence }]) => ({
  name,
  input,
  token,
  sentence,
}));

/** Loads once. A failure is not kept: the next request tries again. */
function once(load: () => Promise<Dialect>): () => Promise<Dialect> {
  let loaded: Promise<Dialect> | undefined;
  return () => {
    loaded ??= load().catch((thrown: unknown) => {
      loaded = undefined;
      throw thrown;
    });
    return loaded;
  };
}

/** The dialects of others, each loaded by the first request to it: they cost a cold start nothing. `now` is in milliseconds since 1970. */
export function createDialects(now: () => number): readonly DialectMount[] {
  return [
    {
      prefix: OPENAI_PREFIX,
      routes: openAiRoutes,
      load: once(async () => (await import("../src/openai/dialect.ts")).createOpenAi({ tasks: namedTasks, now })),
    },
    {
      prefix: ACTIONS_PREFIX,
      routes: actionRoutes,
      load: once(async () => (await import("../src/openai/actions.ts")).createActions()),
    },
    {
      prefix: AZURE_PREFIX,
      routes: azureRoutes,
      load: once(async () => (await import("../src/azure/dialect.ts")).createAzure()),
    },
  ];
}

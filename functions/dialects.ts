import { AZURE_PREFIX, azureRoutes } from "../src/azure/paths.ts";
import type { Dialect, DialectMount } from "../src/contract/dialect.ts";
import { tasks } from "../src/florence/tasks.ts";
import { ACTIONS_PREFIX, actionRoutes, OPENAI_PREFIX, openAiRoutes } from "../src/openai/paths.ts";

/** The tasks with the names that people of other Florence-2 code use. */
const namedTasks = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));

/**
 * Gives `location` an origin, if it has none: the image codecs leave such a one behind in the isolate, and the validator of schemas makes a URL of it when it is loaded. "null" is
 * HTML's origin of what has none, and the validator knows it.
 */
function nameOrigin(): void {
  const location: unknown = Reflect.get(globalThis, "location");
  if (typeof location !== "object" || location === null || "origin" in location) return;
  Reflect.set(location, "origin", "null");
}

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
      load: once(async () => {
        nameOrigin();
        const { createOpenAi } = await import("../src/openai/dialect.ts");
        return createOpenAi({ tasks: namedTasks, now });
      }),
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

import { env } from "cloudflare:workers";
import * as z from "zod";
import { version } from "../package.json";
import { createService, refusingService } from "../src/answering/answer.ts";
import { createByteLru } from "../src/cache/byte-lru.ts";
import { Problem } from "../src/contract/problems.ts";
import type { Service } from "../src/contract/service.ts";
import { tasks } from "../src/florence/tasks.ts";
import { createAdmit } from "../src/http/admission.ts";
import { createApp } from "../src/http/app.ts";
import { createFaultLog } from "../src/http/fault-log.ts";
import { createOwnCalls } from "../src/http/own-calls.ts";
import type { ImageHeader } from "../src/image/header.ts";
import { ISOLATE_LIMITS } from "../src/image/image.ts";
import { siteOf } from "./assets.ts";
import { cachedGenerations, urlCache } from "./cache.ts";
import { requestReservations } from "./capacity.ts";
import { pngRenderer } from "./drawings.ts";
import { imageFetch } from "./image-fetch.ts";
import { outside } from "./outside.ts";
import { IMAGE_CONCURRENCY, placements } from "./placements.ts";
import { createDialects } from "./dialects.ts";
import { protocols } from "./protocols.ts";
import { uploads } from "./uploads.ts";
import type { JobMessage } from "../src/jobs/live-book.ts";
import { consume, jobsMount, webhooksMount } from "./queues.ts";
import { Variables } from "./variables.ts";

export { Account } from "./account.ts";
export { AccountDirectory } from "./account-directory.ts";
export { BatchBook } from "./batch-book.ts";
export { JobBook } from "./job-book.ts";
export { Payments } from "./payment-claim.ts";
export { RequestCoordinator } from "./request-coordinator.ts";

/** Maximum number of checked image headers that an isolate caches. */
const MAX_CACHED_HEADERS = 2000;

const { timeout } = outside;
const stored = uploads();

function serviceOf(settings: Variables): Service {
  const backend = placements[settings.PLACEMENT](settings);
  const limits = { ...ISOLATE_LIMITS, maxPixels: settings.MAX_IMAGE_PIXELS };
  const find = cachedGenerations(backend, settings);
  const imageConcurrency = IMAGE_CONCURRENCY[settings.PLACEMENT];
  const headerCache = createByteLru<ImageHeader>({ maxBytes: MAX_CACHED_HEADERS, bytesOf: () => 1 });
  const intake = {
    limits,
    headerCache,
    fetchImage: imageFetch(settings),
    urlCache: urlCache(settings),
    uploads: stored,
  };
  const renderPng = pngRenderer(settings);
  return createService({ ...intake, backend, find, now: Date.now, timeout, renderPng, imageConcurrency });
}

const variables = Variables.safeParse(env);
const taskRows = Object.entries(tasks).map(([name, { summary, input, answers }]) => ({
  name,
  summary,
  input,
  answers,
}));

/** The service of this deployment. Wrong variables do not keep the Worker from starting: it says that it is misconfigured, and logs which are wrong. */
function configuredService(): Service {
  try {
    if (variables.success) return serviceOf(variables.data);
    console.error(z.prettifyError(variables.error));
  } catch (thrown) {
    // The schema should have refused this.
    console.error("The variables of this deployment cannot be used:", thrown);
  }
  return refusingService(new Problem("misconfigured", "A variable of this deployment is missing or wrong."));
}

/** Who pays, the operations of accounts, and the ways to buy credits. Without accounts their code is not even loaded. The schema has seen to it that there is an admin key. */
async function configuredAccounts() {
  const { data } = variables;
  if (data?.ACCOUNTS !== "on" || data.ADMIN_KEY === undefined) return {};
  const { accounts } = await import("./accounts.ts");
  return accounts(data, data.ADMIN_KEY, taskRows);
}

const ownCalls = createOwnCalls();
const placement = variables.data?.PLACEMENT ?? "embedded";

const app = createApp({
  tasks: taskRows,
  service: configuredService(),
  version,
  examples: async () => (await import("../src/contract/response-examples.json")).default,
  site: siteOf({ hasAccounts: variables.data?.ACCOUNTS === "on" }),
  newRequestId: () => crypto.randomUUID(),
  timeout,
  dialects: createDialects(Date.now),
  ...(await configuredAccounts()),
  uploads: stored,
  jobs: jobsMount(),
  webhooks: webhooksMount(),
  ownCalls,
  protocols: protocols({
    hasAccounts: variables.data?.ACCOUNTS === "on",
    mcpHosts: variables.data?.MCP_HOSTS ?? [],
  }),
  admit: createAdmit(requestReservations(placement)),
  sleep: (milliseconds, signal) => scheduler.wait(milliseconds, { signal }),
  logError: createFaultLog({ now: Date.now, write: (line) => console.error(line) }),
});

export default {
  fetch: app.fetch,
  queue: (batch: MessageBatch<JobMessage>) =>
    consume(batch, {
      handleRequest: async (request) => app.fetch(request),
      ownCalls,
      concurrency: IMAGE_CONCURRENCY[placement],
    }),
};

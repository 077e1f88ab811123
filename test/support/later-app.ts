import { Job } from "../../src/contract/jobs.ts";
import type { Service } from "../../src/contract/service.ts";
import type { AppOptions } from "../../src/http/app.ts";
import { fakeApp } from "./fake-service.ts";
import { createJobWorld } from "./job-world.ts";
import { createPaidWorld } from "./paid-app.ts";

/** Where these tests ask. */
export const ORIGIN = "https://florence.test";

/** An application without accounts that answers later, too. */
export function laterApp(service: Partial<Service> = {}, more: Partial<AppOptions> = {}) {
  const world = createJobWorld();
  const faked = fakeApp(service, { jobs: world.mount, ownCalls: world.ownCalls, ...more });
  world.answerWith(async (request) => faked.app.fetch(request));
  return { ...world, ...faked };
}

/** An application with accounts that answers later, too, over the whole flow in memory. */
export function paidLaterApp() {
  const jobs = createJobWorld(Date.UTC(2026, 10, 30));
  const paid = createPaidWorld();
  const isolate = paid.isolate({ more: { jobs: jobs.mount, ownCalls: jobs.ownCalls } });
  jobs.answerWith(async (request) => isolate.app.fetch(request));
  return { jobs, paid, ...isolate };
}

/** Reads a job as its callers see it: all its keys are there. */
export async function jobIn(response: Response): Promise<Job> {
  return Job.strict().parse(await response.json());
}

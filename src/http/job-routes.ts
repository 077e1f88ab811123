import { JOB_PATH, JOBS_PATH } from "../contract/paths.ts";
import { whenAborted } from "./admission.ts";
import { callerOf } from "./caller.ts";
import type * as calls from "./job-calls.ts";
import type { Route } from "./route.ts";

type JobCalls = typeof calls;

/** The routes of jobs. What they do is loaded by the first request to one of them. */
export function jobRoutes(options: calls.JobRouteOptions): readonly Route[] {
  const route = (method: Route["method"], path: string, callOf: (all: JobCalls) => JobCalls["getJob"]): Route => ({
    method,
    path: path.replace("{job}", ":job"),
    handle: async (request) => {
      const handle = callOf(await import("./job-calls.ts"));
      const admittee = { caller: callerOf(request.headers), whenLeft: whenAborted(request.signal) };
      // The place is for the call itself: a long poll waits without one.
      const { after } = await options.admit(admittee, async () => handle(request, options));
      return after();
    },
  });
  return [
    route("GET", JOBS_PATH, ({ listJobs }) => listJobs),
    route("GET", JOB_PATH, ({ getJob }) => getJob),
    route("DELETE", JOB_PATH, ({ cancelJob }) => cancelJob),
  ];
}

import { BATCHES_PATH, FILES_PATH } from "../contract/paths.ts";
import { whenAborted } from "./admission.ts";
import type * as calls from "./batch-calls.ts";
import { callerOf } from "./caller.ts";
import type { Route } from "./route.ts";

type BatchCalls = typeof calls;

const FILE_PATH = `${FILES_PATH}/:file`;
const BATCH_PATH = `${BATCHES_PATH}/:batch`;

/** The routes of files and batches, in OpenAI's shape. What they do is loaded by the first request to one of them. */
export function batchRoutes(options: calls.BatchRouteOptions): readonly Route[] {
  const route = (method: Route["method"], path: string, callOf: (all: BatchCalls) => BatchCalls["getFile"]): Route => ({
    method,
    path,
    handle: async (request) => {
      const handle = callOf(await import("./batch-calls.ts"));
      const admittee = { caller: callerOf(request.headers), whenLeft: whenAborted(request.signal) };
      return options.admit(admittee, (place) => handle(request, options, place));
    },
  });
  return [
    route("POST", FILES_PATH, ({ sendFile }) => sendFile),
    route("GET", FILES_PATH, ({ listFiles }) => listFiles),
    route("GET", FILE_PATH, ({ getFile }) => getFile),
    route("DELETE", FILE_PATH, ({ deleteFile }) => deleteFile),
    route("GET", `${FILE_PATH}/content`, ({ getContent }) => getContent),
    route("POST", BATCHES_PATH, ({ createBatch }) => createBatch),
    route("GET", BATCHES_PATH, ({ listBatches }) => listBatches),
    route("GET", BATCH_PATH, ({ getBatch }) => getBatch),
    route("POST", `${BATCH_PATH}/cancel`, ({ cancelBatch }) => cancelBatch),
  ];
}

import type { Backend } from "./backend.ts";
import { uploadRequest } from "./requests.ts";
import type { Workerd } from "./workerd.ts";

/** Requests before the first measured one. */
const WARM_UP = 20;

async function sendMiss(server: Workerd, mark: number, authorization: string | undefined): Promise<void> {
  const { path, method, body, ...request } = uploadRequest(mark);
  const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) };
  const response = await fetch(new URL(path, server.url), { method, headers, body: body ?? null });
  await response.arrayBuffer();
  if (!response.ok || !(response.headers.get("cache-status") ?? "").includes("fwd=miss")) {
    throw new Error(`${response.status} ${response.headers.get("cache-status")}`);
  }
}

/** Sends cache misses one after another, with a key if there are accounts, and returns the milliseconds of each, minus the backend's busy time. */
export async function missOverheads(
  server: Workerd,
  backend: Backend,
  requests: number,
  authorization?: string,
): Promise<readonly number[]> {
  const overheads: number[] = [];
  for (let mark = 1; mark <= WARM_UP + requests; mark++) {
    const busy = backend.busyMs();
    const started = performance.now();
    await sendMiss(server, mark, authorization);
    overheads.push(performance.now() - started - (backend.busyMs() - busy));
  }
  return overheads.slice(WARM_UP);
}

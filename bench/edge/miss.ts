import type { Backend } from "./backend.ts";
import { uploadQuestion } from "./requests.ts";
import type { Workerd } from "./workerd.ts";

/** Requests before the first that counts. */
const WARM_UP = 20;

async function askAnew(server: Workerd, mark: number): Promise<void> {
  const { path, method, headers, body } = uploadQuestion(mark);
  const response = await fetch(new URL(path, server.url), { method, headers, body: body ?? null });
  await response.arrayBuffer();
  if (!response.ok || !(response.headers.get("cache-status") ?? "").includes("fwd=miss")) {
    throw new Error(`${response.status} ${response.headers.get("cache-status")}`);
  }
}

/** Milliseconds of each request that nobody knew the answer to, one after the other, without the time that the backend was busy with it. */
export async function missOverheads(server: Workerd, backend: Backend, requests: number): Promise<readonly number[]> {
  const overheads: number[] = [];
  for (let mark = 1; mark <= WARM_UP + requests; mark++) {
    const busy = backend.busyMs();
    const begun = performance.now();
    await askAnew(server, mark);
    overheads.push(performance.now() - begun - (backend.busyMs() - busy));
  }
  return overheads.slice(WARM_UP);
}

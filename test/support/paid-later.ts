import { ORIGIN, type paidLaterApp } from "./later-app.ts";
import { captionRequest } from "./paid-requests.ts";
import type { Headers } from "./later-requests.ts";

type World = ReturnType<typeof paidLaterApp>;

/** Asks for a caption later, with a key. */
export async function laterWith({ app }: Pick<World, "app">, key: string, headers: Headers = {}, query = "") {
  const [path, init] = captionRequest(key, { prefer: "respond-async", ...headers }, query);
  return app.request(ORIGIN + path, init);
}

/** The header of a key. */
export const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });

/** Asks for the job at a path, with a key. */
export async function jobWith(
  { app }: Pick<World, "app">,
  location: string | null,
  key: string,
  init: RequestInit = {},
) {
  return app.request(`${ORIGIN}${location ?? ""}`, { headers: bearer(key), ...init });
}

/** Lets time pass for jobs and accounts alike. */
export async function liveFor({ jobs, paid }: World, milliseconds: number): Promise<void> {
  const endMs = jobs.time.now() + milliseconds;
  while (jobs.time.now() < endMs) {
    await jobs.live(Math.min(5000, endMs - jobs.time.now()));
    paid.world.nowMs = jobs.time.now();
  }
}

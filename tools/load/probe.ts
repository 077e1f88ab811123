import { Agent, get } from "node:http";

/** Milliseconds between two probes. */
const INTERVAL_MS = 50;

/** What a probe without an answer counts as, in milliseconds: longer than any orchestrator waits. */
const NO_ANSWER_MS = 10_000;

/** Milliseconds that one probe took. */
function probe(url: URL, agent: Agent): Promise<number> {
  const started = performance.now();
  return new Promise((resolve) => {
    const call = get(url, { agent, timeout: NO_ANSWER_MS }, (response) => {
      const isHealthy = response.statusCode === 200;
      response.resume().on("end", () => resolve(isHealthy ? performance.now() - started : NO_ANSWER_MS));
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(NO_ANSWER_MS));
  });
}

/** Probes every 50 ms, whether or not the probes before are answered. `stop` resolves with the times of all, in milliseconds. */
export function startProbe(url: URL): { stop(): Promise<readonly number[]> } {
  const agent = new Agent({ keepAlive: true });
  const times: Promise<number>[] = [];
  const timer = setInterval(() => times.push(probe(url, agent)), INTERVAL_MS);
  const stop = async (): Promise<readonly number[]> => {
    clearInterval(timer);
    const all = await Promise.all(times);
    agent.destroy();
    return all;
  };
  return { stop };
}

import { problems } from "../contract/problem-table.ts";
import { Problem } from "../contract/problems.ts";
import type { Backend, ModelDescription } from "../inference/backend.ts";

/** Whether a failure is a retryable problem with a 5xx status. After such a failure, an old answer is served instead. */
export function isTransient(thrown: unknown): boolean {
  return thrown instanceof Problem && problems[thrown.code].status >= 500 && problems[thrown.code].retryable;
}

/** How long the backend is not called after it failed to describe its model, in milliseconds, so that cached answers are served at once. */
export const MODEL_RETRY_MS = 5000;

/** The last known description of the backend's model. */
export interface ModelDescriptionCache {
  /** Returns the backend's description; the last known one while the backend is unavailable, so that cached answers can still be served. */
  readonly model: () => Promise<ModelDescription>;
  /** To be called when the backend runs another model: the next call of `model` asks the backend again. */
  readonly invalidate: () => void;
}

/** Creates a cache that asks the backend at each call, and falls back to the last description. Throws the backend's error if there is none. */
export function createModelDescriptionCache(backend: Pick<Backend, "model">, now: () => number): ModelDescriptionCache {
  let last: ModelDescription | undefined;
  let failedMs = -Infinity;
  const model = async (): Promise<ModelDescription> => {
    if (last !== undefined && Math.abs(now() - failedMs) < MODEL_RETRY_MS) return last;
    try {
      last = await backend.model();
    } catch (thrown) {
      if (last === undefined || !isTransient(thrown)) throw thrown;
      failedMs = now();
    }
    return last;
  };
  return { model, invalidate: () => void (failedMs = -Infinity) };
}

import { problems } from "../contract/problem-table.ts";
import { Problem } from "../contract/problems.ts";
import type { Backend, ModelDescription } from "../inference/backend.ts";

/** Whether the same request may succeed later: the failures that an old answer stands in for. */
export function isTransient(thrown: unknown): boolean {
  return thrown instanceof Problem && problems[thrown.code].status >= 500 && problems[thrown.code].retryable;
}

/** How long a backend that could not say which model it runs is not asked again, in milliseconds: what is in the cache comes at once meanwhile. */
export const MODEL_RETRY_MS = 5000;

/** What is known of the model. */
export interface ModelDescriptionCache {
  /** As the backend names it; as it was last known while the backend cannot be asked, for what is in the cache. */
  readonly model: () => Promise<ModelDescription>;
  /** The backend runs another by now: it is asked the next time. */
  readonly forget: () => void;
}

/** Asks a backend which model it runs, and remembers. */
export function createModelDescriptionCache(backend: Pick<Backend, "model">, now: () => number): ModelDescriptionCache {
  let last: ModelDescription | undefined;
  let failedMs = -Infinity;
  const model = async (): Promise<ModelDescription> => {
    if (last !== undefined && now() - failedMs < MODEL_RETRY_MS) return last;
    try {
      last = await backend.model();
    } catch (thrown) {
      if (last === undefined || !isTransient(thrown)) throw thrown;
      failedMs = now();
    }
    return last;
  };
  return { model, forget: () => void (failedMs = -Infinity) };
}

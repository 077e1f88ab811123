import { env } from "cloudflare:workers";

/** What Cloudflare bills besides requests and processor time, counted since the isolate started. */
export const counts = {
  kvReads: 0,
  kvWrites: 0,
  objectRequests: 0,
  /** Milliseconds for which calls of objects have waited: at most the time for which an object was awake for them. */
  objectMs: 0,
  rowsWritten: 0,
};

/** Puts a function in front of a method of a binding. */
function before(target: object, method: string, run: () => void): void {
  const own: unknown = Reflect.get(target, method);
  if (typeof own !== "function") throw new TypeError(`The binding has no ${method}.`);
  Object.defineProperty(target, method, {
    value: (...parameters: readonly unknown[]): unknown => {
      run();
      return Reflect.apply(own, target, parameters);
    },
  });
}

/** An object's stub whose calls are counted. */
function counted<Stub extends object>(stub: Stub): Stub {
  return new Proxy(stub, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...parameters: readonly unknown[]): Promise<unknown> => {
        counts.objectRequests += 1;
        const started = Date.now();
        try {
          return await Reflect.apply(method, target, parameters);
        } finally {
          counts.objectMs += Date.now() - started;
        }
      };
    },
  });
}

before(env.GENERATIONS, "get", () => (counts.kvReads += 1));
before(env.GENERATIONS, "put", () => (counts.kvWrites += 1));
const { REQUEST_COORDINATOR, ACCOUNTS_LEDGER }: Partial<Env> = env;
for (const namespace of [REQUEST_COORDINATOR, ACCOUNTS_LEDGER]) {
  if (namespace === undefined) continue;
  const get = namespace.get.bind(namespace);
  Object.defineProperty(namespace, "get", { value: (id: DurableObjectId) => counted(get(id)) });
}

/** Counts the rows that an object writes; each setting of an alarm is one. */
export function countRows(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  Object.defineProperty(sql, "exec", {
    value: (...parameters: Parameters<typeof exec>) => {
      const cursor = exec(...parameters);
      counts.rowsWritten += cursor.rowsWritten;
      return cursor;
    },
  });
  before(storage, "setAlarm", () => (counts.rowsWritten += 1));
}

import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { ADMIN_KEY } from "../../tools/fuzz/accounts.ts";
import { bundle } from "../../tools/bundle.ts";
import { type Module, type Server, serve } from "../../tools/serve.ts";

/** What only accounts need: the files whose paths begin so. A feature that can be off has its line here. */
const ofAccounts = [
  "src/accounts/",
  "src/charging/",
  "functions/ledger-sql/",
  "functions/accounts.ts",
  "functions/account-rules.ts",
  "functions/administration.ts",
  "functions/ledger.ts",
  "src/http/account-",
  "src/http/admin",
  "src/http/paid-",
  "src/http/idempotency-key.ts",
  "src/contract/account-operation",
  "src/contract/account-schemas.ts",
  "src/contract/admin-",
  "src/contract/payment-info.ts",
  "src/contract/pricing.ts",
  "src/contract/with-accounts.ts",
  "functions/payments.ts",
  "functions/x402.ts",
  "src/payments/stripe/",
  "src/payments/x402/settlement.ts",
  "src/payments/x402/wire.ts",
];

/** What only callers of other protocols need: each waits for the first of them. */
const ofProtocols = [
  "src/mcp/handler.ts",
  "src/mcp/server.ts",
  "src/mcp/tools.ts",
  "src/openai/dialect.ts",
  "src/openai/json-schema.ts",
  "src/azure/dialect.ts",
];

/** What only answers that come later need: each waits for the first of them, for a job that is asked about, or for a message of the queue. */
const ofJobs = [
  "src/jobs/",
  "functions/jobs.ts",
  "functions/job-rules.ts",
  "functions/job-sql/",
  "functions/webhooks.ts",
  "src/http/later.ts",
  "src/http/job-calls.ts",
  "src/http/job-body.ts",
  "src/contract/jobs.ts",
  "src/contract/job-operations.ts",
  "src/contract/webhooks.ts",
  "src/contract/webhook-operations.ts",
  "src/http/webhook-calls.ts",
  "src/webhooks/book.ts",
  "src/webhooks/sender.ts",
  "src/batches/",
  "functions/batches.ts",
  "functions/batch-rules.ts",
  "functions/batch-sql/",
  "functions/batch-storage.ts",
  "src/http/batch-calls.ts",
  "src/http/file-upload.ts",
  "src/http/receive-form.ts",
  "src/contract/batches.ts",
];

/** What only readers of the document need. */
const ofDocument = ["src/contract/openapi.ts", "src/contract/operations.ts", "node_modules/@asteasolutions/"];

/** Where the bundler has put a module that waits for an `import()`: its path, and the begin of its code. Its functions are above, for all to call. */
const waiting = /^ {2}"(?:[^"\n]*\/)?(?<path>(?:src|functions|node_modules)\/[^"\n]+)"\(\) \{\n/gmu;

/** What stands in the bundle above each module. */
const named = /^\/\/ (?:.*\/)?(?<path>(?:src|functions|node_modules)\/.+)$/gmu;

const api = await bundle();
const entry = new TextDecoder().decode(api.modules[0]?.contents);
const isOf = (beginnings: readonly string[], path: string) => beginnings.some((begin) => path.startsWith(begin));

function pathsOf(pattern: RegExp): readonly string[] {
  return [...entry.matchAll(pattern)].map(({ groups }) => groups?.["path"] ?? "");
}

/** The Worker, in which all these modules throw when they are evaluated. */
function planted(beginnings: readonly string[]): readonly Module[] {
  const text = entry.replaceAll(waiting, (begin, path: string) =>
    isOf(beginnings, path) ? `${begin}    throw new Error("evaluated");\n` : begin,
  );
  return api.modules.map((module, index) =>
    index === 0 ? { ...module, contents: new TextEncoder().encode(text) } : module,
  );
}

async function statusOf({ url }: Server, path: string): Promise<number> {
  return (await fetch(new URL(path, url))).status;
}

describe("what is off", () => {
  let server: Server | undefined;
  afterEach(() => server?.stop());

  const start = async (beginnings: readonly string[], variables: Readonly<Record<string, string>>): Promise<Server> => {
    server = await serve({ ...api, modules: planted(beginnings) }, { port: 0, variables });
    return server;
  };
  it.each([...ofAccounts, ...ofProtocols, ...ofJobs, ...ofDocument])(
    "is in the bundle, and waits to be loaded: %s",
    (begin) => {
      const bundled = pathsOf(named).filter((path) => path.startsWith(begin));
      const waits = new Set(pathsOf(waiting));
      expect(bundled).not.toEqual([]);
      expect(bundled.filter((path) => !waits.has(path))).toEqual([]);
    },
  );

  it("is not evaluated: without accounts nothing of accounts, and of the document nothing before it is read", async () => {
    const off = await start([...ofAccounts, ...ofProtocols, ...ofJobs, ...ofDocument], { ACCOUNTS: "off" });
    expect(await statusOf(off, "/healthz")).toBe(200);
    expect(await statusOf(off, "/v1/tasks")).toBe(200);
    expect(await statusOf(off, "/openapi.json")).toBe(500);
    // What answers now needs nothing of what answers later, although there is a place for that.
    const image = await readFile(new URL("../pictures/street.jpg", import.meta.url));
    const answered = await fetch(new URL("/v1/caption", off.url), { method: "POST", body: image });
    expect(answered.status).toBe(200);
    expect(await statusOf(off, "/v1/jobs/job_0000000000000000000000")).toBe(500);
  });

  it("is evaluated where accounts are on", async () => {
    const on = start(ofAccounts, { ACCOUNTS: "on", ADMIN_KEY });
    await expect(on.then((running) => statusOf(running, "/healthz"))).rejects.toBeInstanceOf(Error);
  });

  it("is not evaluated where accounts are on, if it is an object's: it has isolates of its own", async () => {
    const on = await start(["functions/account-rules.ts", "functions/ledger-sql/"], { ACCOUNTS: "on", ADMIN_KEY });
    expect(await statusOf(on, "/v1/pricing")).toBe(200);
  });
});

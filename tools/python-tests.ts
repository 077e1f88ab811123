import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UPLOADS_PATH, UPLOAD_SECONDS } from "../src/contract/uploads.ts";
import { newHandle } from "../src/uploads/upload-handle.ts";
import { KEY_NAME } from "../src/uploads/signing-key.ts";
import { ADMIN_KEY, openAccounts } from "./fuzz/accounts.ts";
import { pythons, type Python } from "./python/pythons.ts";
import { startServer } from "./ready-server.ts";
import { Failure, type Lifetime, readArguments, runCommand } from "./run-command.ts";
import { root, type Server } from "./serve.ts";

const USAGE = `Tests the Python client as users get it: built, installed from its wheel into fresh environments of every Python on this machine (3.10 or newer), and asked to
talk to an API that is started here, with accounts and without; then its backend with a Label Studio. The first run installs what the tests need (about 500 MB
for each Python, and 1 GB for Label Studio).

  npm run test:integrations:python -- [options]

  --only <version>     one Python: 3.12
  --no-label-studio    without Label Studio`;

/** The minor versions of Python with which Label Studio is tried, the first that is there: those with binaries of all its packages. */
const LABEL_STUDIO_MINORS: ReadonlySet<number> = new Set([11, 12]);

type Variables = Readonly<Record<string, string>>;

/** Runs targets of the client's Makefile. Throws `Failure` if one fails; what they print is printed. */
async function make(python: Python, targets: readonly string[], variables: Variables = {}): Promise<void> {
  const parameters = ["-C", join(root, "integrations/python"), `PYTHON=${python.command}`, ...targets];
  const child = spawn("make", parameters, { stdio: "inherit", env: { ...process.env, ...variables } });
  const status = await new Promise((resolve, reject) => {
    child.once("error", reject).once("exit", resolve);
  });
  if (status !== 0) throw new Failure(`make ${targets.join(" ")} failed with Python 3.${python.minor}.`);
}

/** Returns a handle whose hour is over: made with the API's own key, which it makes with its first handle. */
async function expiredUpload(api: Server): Promise<string> {
  await fetch(new URL(UPLOADS_PATH, api.url), { method: "POST" });
  const bytes = await api.uploaded(KEY_NAME);
  if (bytes === undefined) throw new Failure("The API has made no key for its uploads.");
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return newHandle(key, { owner: "", random: randomBytes, nowMs: Date.now() - UPLOAD_SECONDS * 1000 });
}

/** Starts the two APIs of the tests and returns the variables that say where they are. */
async function startApis(lifetime: Lifetime): Promise<Variables> {
  const storage = await mkdtemp(join(tmpdir(), "florence-python-"));
  lifetime.add(() => rm(storage, { recursive: true }));
  // So that a receiver of events can be on this machine.
  const own = { ALLOW_HTTP_IMAGES: "true" };
  const free = await startServer({ port: 0, variables: own }, lifetime);
  const paid = await startServer({ port: 0, storage, variables: { ...own, ACCOUNTS: "on", ADMIN_KEY } }, lifetime);
  const { rich, poor } = await openAccounts(paid.url);
  return {
    FLORENCE_EDGE_TEST_URL: free.url.origin,
    FLORENCE_EDGE_TEST_EXPIRED_UPLOAD: await expiredUpload(free),
    FLORENCE_EDGE_TEST_PAID_URL: paid.url.origin,
    FLORENCE_EDGE_TEST_KEY: rich,
    FLORENCE_EDGE_TEST_OTHER_KEY: poor,
  };
}

await runCommand(async (lifetime) => {
  const { values } = readArguments(USAGE, {
    only: { type: "string" },
    "no-label-studio": { type: "boolean" },
  });
  const found = (await pythons()).filter(({ minor }) => values.only === undefined || values.only === `3.${minor}`);
  const newest = found.at(-1);
  if (newest === undefined) throw new Failure(`There is no Python ${values.only} with venv here.`);
  await make(newest, ["lint", "oldest"]);
  const variables = await startApis(lifetime);
  for (const python of found) {
    console.log(`\nPython 3.${python.minor}`);
    await make(python, ["unit", "live"], variables);
  }
  if (values["no-label-studio"] !== true) {
    const python = found.find(({ minor }) => LABEL_STUDIO_MINORS.has(minor)) ?? newest;
    console.log(`\nLabel Studio, with Python 3.${python.minor}`);
    await make(python, ["label-studio"], variables);
  }
  await lifetime.stop();
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { blocksIn } from "../../../tools/docs/page-examples.ts";
import { startServer } from "../../../tools/ready-server.ts";
import { root } from "../../../tools/serve.ts";
import { buildGo } from "./support/install.ts";
import { freePort } from "./support/receivers.ts";

const here = import.meta.dirname;
const page = blocksIn(await readFile(join(root, "docs/how-to/webhooks.md"), "utf8"));

type Start = (folder: string, source: string, env: NodeJS.ProcessEnv) => Promise<ChildProcess>;

const piped = (command: string, given: readonly string[], env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(command, given, { env, stdio: ["ignore", "pipe", "inherit"] });

/** How a receiver of the page is started, by the language of its block. */
const starts: Readonly<Record<string, Start>> = {
  js: async (folder, source, env) => {
    await writeFile(join(folder, "receiver.mjs"), source);
    return piped(process.execPath, [join(folder, "receiver.mjs")], env);
  },
  python: async (folder, source, env) => {
    await writeFile(join(folder, "receiver.py"), source);
    return piped(join(here, ".venv/bin/python"), [join(folder, "receiver.py")], env);
  },
  go: async (folder, source, env) => {
    await mkdir(join(folder, "main"));
    await writeFile(join(folder, "main/main.go"), source);
    await buildGo(join(folder, "main/main.go"), join(folder, "receiver"));
    return piped(join(folder, "receiver"), [], env);
  },
};

it.each(Object.keys(starts))(
  "the receiver of the page in %s prints what it is told, once it has verified it",
  async (language) => {
    await using stack = new AsyncDisposableStack();
    const source = page.find((block) => block.language === language)?.text ?? "";
    const folder = await mkdtemp(join(here, "support/page-"));
    stack.defer(() => rm(folder, { recursive: true }));
    const server = await startServer({ port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
    stack.defer(() => server.stop());
    const port = String(await freePort());
    const url = new URL(`/v1/caption?async=true&webhook=http://127.0.0.1:${port}/`, server.url);
    const body = await readFile(join(root, "test/pictures/street.jpg"));
    const accepted = await fetch(url, { method: "POST", headers: { "content-type": "image/jpeg" }, body });
    const { id, webhook_secret: secret } = await accepted.json();
    const env = { ...process.env, WEBHOOK_SECRET: secret };
    const child = await starts[language]?.(folder, source.replaceAll("9000", port), env);
    if (child === undefined || child.stdout === null) throw new Error("No receiver runs.");
    stack.defer(async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    });
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    expect(line).toBe(`job.succeeded ${id} two snails and two trucks on a pink background`);
    const unsigned = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" });
    expect(unsigned.status).toBe(401);
  },
);

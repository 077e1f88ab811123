import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { listen } from "../../../../bench/edge/listen.ts";
import { root } from "../../../../tools/serve.ts";

const run = promisify(execFile);
const here = join(import.meta.dirname, "..");
const nodePackage = join(root, "integrations/node-red");

/** The address that the examples ask. */
const EXAMPLE_API = "http://127.0.0.1:8787";

/** A running Node-RED. */
export interface NodeRed {
  readonly url: string;
  /** What it has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/** A node of a flow's file. */
export type FlowNode = Readonly<Record<string, unknown>>;

/** An example of the package, which asks another API. */
export async function example(name: string, api: string): Promise<readonly FlowNode[]> {
  const text = await readFile(join(nodePackage, "examples", `${name}.json`), "utf8");
  return JSON.parse(text.replaceAll(EXAMPLE_API, api));
}

/** Installs the package as a user does, from the archive that npm would publish. */
async function installPackage(folder: string): Promise<void> {
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: nodePackage });
  const archive = join(folder, stdout.trim());
  await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--offline", archive], { cwd: folder });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

const settings = `module.exports = {
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: { console: { level: "info" } },
};
`;

/** Starts Node-RED with flows and the credentials of their nodes, and waits until they run. */
export async function startNodeRed(flows: readonly FlowNode[], credentials: FlowNode = {}): Promise<NodeRed> {
  const folder = await mkdtemp(join(tmpdir(), "node-red-"));
  const [port] = await Promise.all([freePort(), mkdir(folder, { recursive: true })]);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "node-red-project", private: true }));
  await installPackage(folder);
  await writeFile(join(folder, "settings.js"), settings);
  await writeFile(join(folder, "flows.json"), JSON.stringify(flows));
  await writeFile(join(folder, "flows_cred.json"), JSON.stringify(credentials));
  const given = ["-u", folder, "-s", join(folder, "settings.js"), "-p", String(port), "flows.json"];
  const child = spawn(process.execPath, [join(here, "node_modules/node-red/red.js"), ...given], { cwd: folder });
  let printed = "";
  const started = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes("Started flows")) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", () => reject(new Error(`Node-RED has ended: ${printed}`)));
  });
  const stop = async () => {
    if (child.exitCode === null && child.kill("SIGINT")) await once(child, "exit");
    await rm(folder, { recursive: true });
  };
  await started.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: `http://127.0.0.1:${port}`, log: () => printed, stop };
}

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../../tools/bundle.ts";
import { root, type Server, serve } from "../../../tools/serve.ts";
import { clientPage, installClient, outputIndexes, runClientPage } from "../../../tools/docs/client-project.ts";
import { blocksIn } from "../../../tools/docs/page-examples.ts";

const run = promisify(execFile);
const tsc = join(root, "node_modules/typescript/bin/tsc");
const howToBlocks = blocksIn(await readFile(join(root, "docs/how-to/use-the-client.md"), "utf8"));
const readmeBlocks = blocksIn(await readFile(clientPage, "utf8"));

let server: Server | undefined;
let folder = "";
let project = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "client-"));
  project = await installClient(folder);
  // Type packages that a project on each platform has.
  const platforms = ["@types", "@cloudflare", "undici-types"];
  await Promise.all(
    platforms.map((name) => symlink(join(root, "node_modules", name), join(project, "node_modules", name))),
  );
  server = await serve(await bundle(), { port: 0 });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

const strict = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--skipLibCheck",
  "false",
  "--target",
  "es2024",
];

/** Compiles a program in the project that installed the package and returns the compiler's output, empty on success. */
async function compilerErrors(program: string, platform: readonly string[]): Promise<string> {
  const file = join(project, "program.ts");
  await writeFile(file, program);
  return run(process.execPath, [tsc, ...strict, ...platform, file], { cwd: project }).then(
    () => "",
    (error: { readonly stdout: string }) => error.stdout,
  );
}

const inNode = ["--module", "nodenext", "--lib", "es2024", "--types", "node"];
const bundled = ["--module", "esnext", "--moduleResolution", "bundler"];
const inBrowsers = [...bundled, "--lib", "es2024,dom", "--types", ""];
const inWorkers = [...bundled, "--lib", "es2024", "--types", "@cloudflare/workers-types"];

describe("the packed client", () => {
  it("has no dependencies and imports only node:fs/promises", async () => {
    const installed = join(project, "node_modules/florence-edge-client");
    const manifest: object = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ name: "florence-edge-client", license: "Apache-2.0", type: "module" });
    expect(manifest).not.toHaveProperty("dependencies");
    const files = (await readdir(installed, { recursive: true })).filter((path) => /\.(?:js|ts)$/u.test(path));
    const texts = await Promise.all(files.map((path) => readFile(join(installed, path), "utf8")));
    const imported = texts.flatMap((text) =>
      [...text.matchAll(/ from "(?<name>[^"]+)"/gu)].map(([, name = ""]) => name),
    );
    expect(imported.filter((name) => !name.startsWith("."))).toEqual(["node:fs/promises"]);
  });

  it("compiles with its README's program, in a strict project that checks every declaration", async () => {
    const programs = readmeBlocks.flatMap(({ language, text }) => (language === "ts" ? [text] : []));
    expect(await compilerErrors(programs.join(""), inNode)).toBe("");
  });

  it.each([
    ["browsers", inBrowsers],
    ["Workers", inWorkers],
  ])("compiles for %s without Node's types", async (_, platform) => {
    const program = `
      import { createFlorence, type BoxesAnswer, type TextAnswer } from "florence-edge-client";
      export async function ask(image: Blob): Promise<readonly [BoxesAnswer, TextAnswer]> {
        const florence = createFlorence({ baseUrl: "https://florence.example.com", fetch: (url, init) => fetch(url, init) });
        return [await florence.objectDetection(image), await florence.regionToOcr(image, { region: "<loc_1><loc_1><loc_9><loc_9>" })];
      }`;
    expect(await compilerErrors(program, platform)).toBe("");
  });

  it.each([
    ["in a browser", 0, inBrowsers],
    ["in a Worker", 1, inWorkers],
    ["for jobs", 2, inNode],
    ["for webhooks", 3, inWorkers],
    ["for batches", 4, inNode],
    ["in tests", 5, inNode],
  ])("compiles with the program of the how-to page: %s", async (_, index, platform) => {
    const programs = howToBlocks.filter(({ language }) => language === "ts");
    expect(programs).toHaveLength(6);
    expect(await compilerErrors(programs[index]?.text ?? "", platform)).toBe("");
  });

  it("has strict types: a task that needs a region does not compile without one", async () => {
    const program = `
      import { createFlorence } from "florence-edge-client";
      void createFlorence({ baseUrl: "https://florence.example.com" }).regionToOcr(new Blob(), {});`;
    expect(await compilerErrors(program, inNode)).toContain("program.ts(3,");
  });

  it("prints the output that its README shows", async () => {
    const printed = await runClientPage(project, new URL(server?.url ?? ""));
    expect(printed).toEqual(
      outputIndexes(readmeBlocks).map((index) => (index === undefined ? "" : readmeBlocks[index]?.text)),
    );
  });
});

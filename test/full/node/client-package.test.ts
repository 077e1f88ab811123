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
const page = blocksIn(await readFile(join(root, "docs/how-to/use-the-client.md"), "utf8"));
const blocks = blocksIn(await readFile(clientPage, "utf8"));

let server: Server | undefined;
let folder = "";
let project = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "client-"));
  project = await installClient(folder);
  // The types of the platforms, as a project of theirs has them.
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

/** What the compiler says of a program in the project that installed the package; empty where it is content. */
async function complaints(program: string, platform: readonly string[]): Promise<string> {
  const file = join(project, "program.ts");
  await writeFile(file, program);
  return run(process.execPath, [tsc, ...strict, ...platform, file], { cwd: project }).then(
    () => "",
    (failed: { readonly stdout: string }) => failed.stdout,
  );
}

const inNode = ["--module", "nodenext", "--lib", "es2024", "--types", "node"];
const bundled = ["--module", "esnext", "--moduleResolution", "bundler"];
const inBrowsers = [...bundled, "--lib", "es2024,dom", "--types", ""];
const inWorkers = [...bundled, "--lib", "es2024", "--types", "@cloudflare/workers-types"];

describe("the packed client", () => {
  it("has what it needs within itself", async () => {
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

  it("compiles in the README's program, in a strict project that checks every declaration", async () => {
    const programs = blocks.flatMap(({ language, text }) => (language === "ts" ? [text] : []));
    expect(await complaints(programs.join(""), inNode)).toBe("");
  });

  it.each([
    ["browsers", inBrowsers],
    ["Workers", inWorkers],
  ])("compiles for %s, which need no types of Node", async (_, platform) => {
    const program = `
      import { createFlorence, type BoxesAnswer, type TextAnswer } from "florence-edge-client";
      export async function ask(image: Blob): Promise<readonly [BoxesAnswer, TextAnswer]> {
        const florence = createFlorence({ baseUrl: "https://florence.example.com", fetch: (url, init) => fetch(url, init) });
        return [await florence.objectDetection(image), await florence.regionToOcr(image, { region: "<loc_1><loc_1><loc_9><loc_9>" })];
      }`;
    expect(await complaints(program, platform)).toBe("");
  });

  it.each([
    ["in a browser", 0, inBrowsers],
    ["in a Worker", 1, inWorkers],
    ["in tests", 2, inNode],
  ])("compiles as the page on its use shows it: %s", async (_, at, platform) => {
    const programs = page.filter(({ language }) => language === "ts");
    expect(programs).toHaveLength(3);
    expect(await complaints(programs[at]?.text ?? "", platform)).toBe("");
  });

  it("keeps its types: a task that needs a region does not compile without one", async () => {
    const program = `
      import { createFlorence } from "florence-edge-client";
      void createFlorence({ baseUrl: "https://florence.example.com" }).regionToOcr(new Blob(), {});`;
    expect(await complaints(program, inNode)).toContain("program.ts(3,");
  });

  it("does what its README says", async () => {
    const printed = await runClientPage(project, new URL(server?.url ?? ""));
    expect(printed).toEqual(outputIndexes(blocks).map((at) => (at === undefined ? "" : blocks[at]?.text)));
  });
});

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { buildAssets } from "./tools/site/build-assets.ts";

/** Pure rooms are tested twice, in Node ("rooms") and in workerd; `test/workerd` needs workerd, `test/node` needs Node and runs the real things. */
const pure = [
  "test/{answering,bytes,cache,client,contract,decoding,engine,florence,forms,generations,http,image,inference,intake}/**/*.test.ts",
  "test/{overlay,pixels,placements,runtime,serving,weights}/**/*.test.ts",
];

const workerd = () => cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } });

// The Worker under test reads its static assets from there, and wrangler.toml names the folder.
await buildAssets();

export default defineConfig({
  test: {
    projects: [
      {
        // One process for all files: these rooms keep no state between tests.
        test: {
          name: "rooms",
          include: [...pure, "test/playground/**/*.test.ts"],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "node",
          include: ["test/node/**/*.test.ts"],
          globalSetup: ["test/support/builds.ts"],
          testTimeout: 60_000,
          // Most hooks here bundle the Worker, which takes seconds and, beside other tests, many.
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [workerd()],
        // One isolate for all files, since a new one costs each most of a second; these rooms keep no state between tests.
        test: { name: "workerd", include: pure, isolate: false, testTimeout: 60_000 },
      },
      {
        plugins: [workerd()],
        // An isolate a file: what the model takes of its memory is measured.
        test: { name: "workerd-model", include: ["test/workerd/**/*.test.ts"], testTimeout: 60_000 },
      },
    ],
  },
});

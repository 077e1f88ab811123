import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { buildAssets } from "./tools/site/build-assets.ts";

/** Tests of the pure rooms: they run in Node, and once more in workerd. */
const pure = [
  "test/{accounts,answering,bytes,cache,client,contract,decoding,engine,florence,forms,generations,http,image,inference,intake,mcp}/**/*.test.ts",
  "test/{batches,jobs,webhooks}/**/*.test.ts",
  "test/payments/rooms/**/*.test.ts",
  "test/{azure,openai,overlay,pixels,placements,raster,runtime,scheduling,serving,uploads,webhooks,weights}/**/*.test.ts",
];

const workerd = () => cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } });

// The Worker under test reads its static assets from there, and wrangler.toml names the folder.
await buildAssets();

/** A Node project: tests that start processes, servers and the built Worker. */
const node = (name: string, include: string) => ({
  test: {
    name,
    include: [include],
    testTimeout: 60_000,
    // Most hooks here bundle the Worker: after a change that takes seconds and, beside other tests, many.
    hookTimeout: 60_000,
  },
});

/** A project whose files run in workerd, each in an isolate of its own: some measure the model's share of its memory. */
const isolates = (name: string, include: string) => ({
  plugins: [workerd()],
  test: { name, include: [include], testTimeout: 60_000 },
});

/** `npm test` runs all projects but those called `full-…`, which `npm run test:full` runs. */
export default defineConfig({
  test: {
    // All cores: by default vitest leaves one idle, which of two is half.
    maxWorkers: "100%",
    projects: [
      // One process for all files: these rooms keep no state between tests.
      {
        test: {
          name: "rooms",
          include: [...pure, "test/playground/**/*.test.ts"],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      node("node", "test/node/**/*.test.ts"),
      isolates("workerd", "test/workerd/**/*.test.ts"),
      node("full-node", "test/full/node/**/*.test.ts"),
      isolates("full-workerd", "test/full/workerd/**/*.test.ts"),
      // One isolate for all files, since a new one costs each most of a second.
      {
        plugins: [workerd()],
        test: { name: "full-rooms-in-workerd", include: pure, isolate: false, testTimeout: 60_000 },
      },
    ],
  },
});

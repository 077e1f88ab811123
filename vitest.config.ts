import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Pure rooms are tested twice, in Node and in workerd; `test/workerd` needs workerd, `test/node` needs Node. */
const pure = [
  "test/*.test.ts",
  "test/{cache,contract,engine,florence,forms,http,image,inference,overlay,runtime,serving}/**/*.test.ts",
];

const workerd = () => cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } });

export default defineConfig({
  test: {
    projects: [
      { test: { name: "node", include: [...pure, "test/node/**/*.test.ts"], testTimeout: 60_000 } },
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

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Pure rooms are tested twice, in Node and in workerd; `test/workerd` needs workerd, `test/node` needs Node. */
const pure = [
  "test/*.test.ts",
  "test/{cache,contract,engine,florence,forms,http,image,inference,overlay,runtime,serving}/**/*.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "node", include: [...pure, "test/node/**/*.test.ts"], testTimeout: 60_000 } },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.toml" } })],
        test: { name: "workerd", include: [...pure, "test/workerd/**/*.test.ts"], testTimeout: 60_000 },
      },
    ],
  },
});

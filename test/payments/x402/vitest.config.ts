import { defineConfig } from "vitest/config";

/** Payments of x402 on a chain of this machine, with clients and a facilitator that are not ours. The first run installs them here. */
export default defineConfig({
  test: {
    name: "x402",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["support/install.ts"],
    // One chain at a time, for two cores.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});

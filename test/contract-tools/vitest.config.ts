import { defineConfig } from "vitest/config";

/** The running API held against its document by other people's checkers. They are installed here by the first run; the last one wants Python. */
export default defineConfig({
  test: {
    name: "contract-tools",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["support/install.ts"],
    // Two cores: one checker at a time.
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
});

import { defineConfig } from "vitest/config";

/** Tests of our client against third-party servers, which the tests start. Slow, and not part of `npm test`, because they need Python. */
export default defineConfig({
  test: {
    name: "interop",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    // One server at a time, for two cores. Forks, because a server is told to exit when the thread that started it ends.
    fileParallelism: false,
    pool: "forks",
    testTimeout: 300_000,
    // Creating an environment downloads up to 6 GB if PyTorch is not installed yet.
    hookTimeout: 1_800_000,
  },
});

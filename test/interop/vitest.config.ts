import { defineConfig } from "vitest/config";

/** Our client against other people's servers, each started here. Slow, and not part of `npm test`: it wants Python. */
export default defineConfig({
  test: {
    name: "interop",
    root: import.meta.dirname,
    include: ["*.test.ts"],
    // Two cores: one server at a time. Forks: a server is asked to end when the thread that started it does.
    fileParallelism: false,
    pool: "forks",
    testTimeout: 300_000,
    // Making an environment downloads up to 6 GB where PyTorch is not there yet.
    hookTimeout: 1_800_000,
  },
});

import { join } from "node:path";

/** A folder of clients as a project of vitest; its `support/install.ts` installs them. */
export function clientsIn(name: string) {
  return {
    test: {
      name,
      root: join(import.meta.dirname, name),
      include: ["*.test.ts"],
      globalSetup: [join(import.meta.dirname, name, "support/install.ts")],
      testTimeout: 120_000,
      hookTimeout: 300_000,
    },
  };
}

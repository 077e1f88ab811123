import type { TestProject } from "vitest/node";
import { startServer } from "../../../tools/ready-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Origin of the API and its pages. */
    readonly origin: string;
  }
}

/**
 * Starts one server for all tests of this project, as `npm start` does, which also fetches images from this machine. `inject("origin")`
 * returns its origin.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({ port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
  provide("origin", server.url.origin);
  return () => server.stop();
}

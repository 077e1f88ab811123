import type { TestProject } from "vitest/node";
import { startServer } from "../../../tools/ready-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the API and its pages are. */
    readonly origin: string;
  }
}

/** One server for all tests here, as `npm start` runs it, but that it fetches images from this machine, too; `inject("origin")` says where. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startServer(0, { ALLOW_HTTP_IMAGES: "true" });
  provide("origin", server.url.origin);
  return () => server.stop();
}

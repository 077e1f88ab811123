import { type Api, type PaidApi, startApi, startPaidApi } from "../compat/support/api.ts";
import { badDay } from "./bad-day.ts";
import { type FileServer, startFiles } from "./file-server.ts";

/** All that a flow asks: an open API, one with accounts, and a server of files that also answers as an API on a bad day. */
export interface World {
  readonly api: Api;
  readonly paid: PaidApi;
  readonly files: FileServer;
  stop(): Promise<void>;
}

/** Starts all of it. */
export async function startWorld(): Promise<World> {
  const [api, paid, files] = await Promise.all([startApi(), startPaidApi(), startFiles(badDay)]);
  const stop = async (): Promise<void> => {
    files.stop();
    await Promise.all([api.stop(), paid.stop()]);
  };
  return { api, paid, files, stop };
}

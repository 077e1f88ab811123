import { bundle } from "../../tools/bundle.ts";
import { type Server, serve } from "../../tools/serve.ts";
import { childrenOf } from "./children.ts";

/** An API whose process can be ended at any moment. */
export interface KillableApi {
  readonly server: Server;
  /** Ends workerd as a power cut does (`kill -9`). */
  kill(): Promise<void>;
}

/** Starts the API on a storage that outlives it. */
export async function startKillable(
  storage: string,
  variables: Readonly<Record<string, string>>,
): Promise<KillableApi> {
  const before = await childrenOf("workerd");
  const server = await serve(await bundle(), { port: 0, storage, variables });
  const pid = (await childrenOf("workerd")).find((each) => !before.includes(each));
  if (pid === undefined) throw new Error("workerd does not run.");
  const kill = async (): Promise<void> => {
    process.kill(pid, "SIGKILL");
    await server.stop().catch(() => {});
  };
  return { server, kill };
}

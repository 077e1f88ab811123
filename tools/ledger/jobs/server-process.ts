import { bundle } from "../../bundle.ts";
import { serve } from "../../serve.ts";

/** What the process is to serve. */
export interface ServedJobs {
  readonly port: number;
  /** Where objects and files are kept. */
  readonly storage: string;
  /** Another Worker than the deployed one. */
  readonly entry?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** What it says when it listens. */
export interface ServedAt {
  readonly url: string;
}

const { entry, ...options }: ServedJobs = JSON.parse(process.argv[2] ?? "");
const { url } = await serve(await bundle(entry), options);
const served: ServedAt = { url: url.href };
process.send?.(served);

import { modelFiles } from "../../src/runtime/load-model.ts";
import { type Dtypes, graphFiles } from "./dtypes.ts";
import { describeFile, type Hub, type RemoteFile } from "./hub.ts";
import { PullError } from "./pull-error.ts";
import type { Source } from "./sources.ts";

/** A file of the model: its path in the layout, and the hub's description of it. */
export interface PlannedFile {
  readonly path: string;
  readonly remote: RemoteFile;
}

/** The files to download. */
export interface ModelPlan {
  /** The source, pinned to the commit of the first file if the hub reports one. */
  readonly source: Source;
  readonly files: readonly PlannedFile[];
}

interface RequiredFile {
  readonly path: string;
  readonly remote: string;
  readonly isOptional: boolean;
}

/** The names that exporters give to a graph's external weights. */
const externalData = [(graph: string) => `${graph}_data`, (graph: string) => `${graph}.data`];

function requiredFiles(dtypes: Dtypes): readonly RequiredFile[] {
  const texts = Object.values(modelFiles).filter((path) => path.endsWith(".json"));
  return [
    ...texts.map((path) => ({ path, remote: path, isOptional: false })),
    ...graphFiles(dtypes).map((file) => ({ ...file, isOptional: false })),
    // The runtime does not need it; other tools that read the folder may.
    { path: "special_tokens_map.json", remote: "special_tokens_map.json", isOptional: true },
  ];
}

/** Throws `PullError` for external weights: the runtime passes only the graph's bytes to ONNX Runtime. */
async function refuseExternalData(hub: Hub, source: Source, dtypes: Dtypes): Promise<void> {
  const candidates = graphFiles(dtypes).flatMap(({ remote }) => externalData.map((name) => name(remote)));
  const files = await Promise.all(candidates.map((path) => describeFile(hub, source, path)));
  const present = files.filter((file) => file !== undefined).map(({ path }) => path);
  if (present.length === 0) return;
  throw new PullError(
    `${source.repository} keeps weights outside the graph, in ${present.join(", ")}, which the runtime cannot read: choose another --dtype.`,
  );
}

async function planFile(hub: Hub, source: Source, file: RequiredFile): Promise<readonly PlannedFile[]> {
  const remote = await describeFile(hub, source, file.remote);
  if (remote !== undefined) return [{ path: file.path, remote }];
  if (file.isOptional) return [];
  throw new PullError(
    `${source.repository} has no ${file.remote} at revision ${source.revision}: choose another --dtype or revision.`,
  );
}

/** Requests the descriptions of all the model's files before the first byte is downloaded. Throws `PullError`. */
export async function planModel(hub: Hub, source: Source, dtypes: Dtypes): Promise<ModelPlan> {
  const [first, ...others] = requiredFiles(dtypes);
  const planned = first === undefined ? [] : await planFile(hub, source, first);
  const pinned = { ...source, revision: planned[0]?.remote.commit ?? source.revision };
  const rest = await Promise.all(others.map((file) => planFile(hub, pinned, file)));
  await refuseExternalData(hub, pinned, dtypes);
  return { source: pinned, files: [...planned, ...rest.flat()] };
}

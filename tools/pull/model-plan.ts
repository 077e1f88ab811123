import { modelFiles } from "../../src/runtime/load-model.ts";
import { type Dtypes, graphFiles } from "./dtypes.ts";
import { describeFile, type Hub, type RemoteFile } from "./hub.ts";
import { PullError } from "./pull-error.ts";
import type { Source } from "./sources.ts";

/** A file of the model: its path in the layout, and what the hub has for it. */
export interface PlannedFile {
  readonly path: string;
  readonly remote: RemoteFile;
}

/** What will be downloaded. */
export interface ModelPlan {
  /** The source at the one commit that all files come from. */
  readonly source: Source;
  readonly files: readonly PlannedFile[];
}

interface Wanted {
  readonly path: string;
  readonly remote: string;
  readonly isOptional: boolean;
}

/** How exporters name a file of weights beside its graph. */
const externalData = [(graph: string) => `${graph}_data`, (graph: string) => `${graph}.data`];

function wantedFiles(dtypes: Dtypes): readonly Wanted[] {
  const texts = Object.values(modelFiles).filter((path) => path.endsWith(".json"));
  return [
    ...texts.map((path) => ({ path, remote: path, isOptional: false })),
    ...graphFiles(dtypes).map((file) => ({ ...file, isOptional: false })),
    // The runtime does without it; other tools that read the folder may not.
    { path: "special_tokens_map.json", remote: "special_tokens_map.json", isOptional: true },
  ];
}

/** The runtime gives ONNX Runtime a graph's bytes and nothing beside them. */
async function refuseExternalData(hub: Hub, source: Source, dtypes: Dtypes): Promise<void> {
  const candidates = graphFiles(dtypes).flatMap(({ remote }) => externalData.map((name) => name(remote)));
  const found = await Promise.all(candidates.map((path) => describeFile(hub, source, path)));
  const there = found.filter((file) => file !== undefined).map(({ path }) => path);
  if (there.length === 0) return;
  throw new PullError(
    `${source.repository} keeps weights outside the graph, in ${there.join(", ")}, which the runtime cannot read: choose another --dtype.`,
  );
}

async function describeWanted(hub: Hub, source: Source, wanted: Wanted): Promise<readonly PlannedFile[]> {
  const remote = await describeFile(hub, source, wanted.remote);
  if (remote !== undefined) return [{ path: wanted.path, remote }];
  if (wanted.isOptional) return [];
  throw new PullError(
    `${source.repository} has no ${wanted.remote} at revision ${source.revision}: choose another --dtype or revision.`,
  );
}

/** Asks the hub for everything that a model needs before the first byte of it is downloaded. Throws `PullError`. */
export async function planModel(hub: Hub, source: Source, dtypes: Dtypes): Promise<ModelPlan> {
  const [first, ...others] = wantedFiles(dtypes);
  const begun = first === undefined ? [] : await describeWanted(hub, source, first);
  const fixed = { ...source, revision: begun[0]?.remote.commit ?? source.revision };
  const rest = await Promise.all(others.map((wanted) => describeWanted(hub, fixed, wanted)));
  await refuseExternalData(hub, fixed, dtypes);
  return { source: fixed, files: [...begun, ...rest.flat()] };
}

import type { ModelIdentity } from "./backend.ts";
import type { Parameters } from "./protocol/datatypes.ts";

/** A model's identity as the parameters that our backend adds to metadata and replies. */
export function identityParameters({ id, revision, dtype }: ModelIdentity): Parameters {
  return { model_id: id, revision, dtype };
}

/** The identity in the parameters of metadata or a reply; undefined unless it is complete: other servers may use `revision` for something else. */
export function identityOf(parameters: Readonly<Record<string, unknown>>): ModelIdentity | undefined {
  const { model_id: id, revision, dtype } = parameters;
  if (typeof id !== "string" || typeof revision !== "string" || typeof dtype !== "string") return undefined;
  return { id, revision, dtype };
}

/** Whether two identities may belong to the same model; an unknown one matches every other. */
export function mayBeSameModel(one: ModelIdentity | undefined, other: ModelIdentity | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return one.id === other.id && one.revision === other.revision && one.dtype === other.dtype;
}

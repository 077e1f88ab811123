import type { ModelIdentity } from "./backend.ts";
import type { Parameters } from "./protocol/datatypes.ts";

/** A model's identity as our backend writes it into metadata and replies. */
export function identityParameters({ id, revision, dtype }: ModelIdentity): Parameters {
  return { model_id: id, revision, dtype };
}

/** The identity that metadata or a reply names. Undefined unless all of it is there: other servers may have a `revision` of something else. */
export function identityOf(parameters: Readonly<Record<string, unknown>>): ModelIdentity | undefined {
  const { model_id: id, revision, dtype } = parameters;
  if (typeof id !== "string" || typeof revision !== "string" || typeof dtype !== "string") return undefined;
  return { id, revision, dtype };
}

/** Whether the two stand for the same; one that is not known may. */
export function mayBeSameModel(one: ModelIdentity | undefined, other: ModelIdentity | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  return one.id === other.id && one.revision === other.revision && one.dtype === other.dtype;
}

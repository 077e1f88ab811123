import type { ModelList } from "../client/florence.ts";

/** A model as `/v1/models` lists it. */
export type ListedModel = ModelList["models"][number];

/** Starts the API with Microsoft's Florence-2 base on one's own machine. Every place that shows a domain note shows this command with it. */
export const REAL_MODEL_COMMAND = "npm start -- --model florence-2-base";

/** Says what a model can be asked about, in one sentence; `undefined` if the API says nothing about it. */
export function domainSentence({ id, domain }: Pick<ListedModel, "id" | "domain">): string | undefined {
  return domain === "" ? undefined : `The model ${id} is for ${domain}.`;
}

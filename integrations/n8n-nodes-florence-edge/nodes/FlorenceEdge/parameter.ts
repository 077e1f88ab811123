import type { IExecuteSingleFunctions } from "n8n-workflow";

/** Returns what an item has in a parameter of texts; `missing` where the parameter is not shown. */
export function textParameter(context: IExecuteSingleFunctions, name: string, missing: string): string {
  const value: unknown = context.getNodeParameter(name, missing);
  return typeof value === "string" ? value : missing;
}

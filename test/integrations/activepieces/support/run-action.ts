import { readFile } from "node:fs/promises";
import { PICTURE } from "../../compat/support/api.ts";
import { loadPiece } from "./piece.ts";

const { piece, framework } = loadPiece();

/** A file as flows hand it on. */
export const fileOf = (name: string, data: Buffer): object => new framework.ApFile(name, data);

/** Runs an action with the picture of the examples unless another file is given, as a flow does. */
export async function runAction(name: string, values: object, connection: object): Promise<unknown> {
  const action = piece.getAction(name);
  if (action === undefined) throw new Error(`There is no action ${name}.`);
  const image = fileOf("street.jpg", await readFile(PICTURE));
  const context = framework.createMockActionContext({ propsValue: { image, ...values } });
  return action.run({ ...context, auth: { type: "CUSTOM_AUTH", props: connection } });
}

/** What a run says of its failure. Throws if it does not fail. */
export async function failureOf(running: Promise<unknown>): Promise<string> {
  const error: unknown = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("It has not failed.");
  return error.message;
}

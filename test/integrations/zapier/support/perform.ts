import type { World } from "../../no-code/world.ts";
import type { Tester } from "./app.ts";

/** Runs an action with the picture of the examples unless another file is given, at the open API unless another connection is. */
export async function perform(
  { app, run }: Tester,
  { api, files }: World,
  name: string,
  inputData: object = {},
  authData: object = {},
): Promise<unknown> {
  const action = app.creates[name];
  if (action === undefined) throw new Error(`There is no action ${name}.`);
  return run(action.operation.perform, {
    authData: { baseUrl: api.origin, ...authData },
    inputData: { image: `${files.origin}/street.jpg`, ...inputData },
  });
}

/** What a run throws: its name, and what its message holds as JSON. Throws if it does not fail. */
export async function failureOf(running: Promise<unknown>) {
  const error: unknown = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("It has not failed.");
  return { name: error.name, ...JSON.parse(error.message) };
}

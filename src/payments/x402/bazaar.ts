import { jsonExamples, EXAMPLE_URL } from "../../contract/request-examples.ts";
import type { TaskRow } from "../../contract/service.ts";
import { ANALYZE_PATH, BATCH_PATH, taskPath } from "../../contract/paths.ts";

/** A JSON body that can be sent to an operation, as catalogues of paid operations show it. */
type ExampleBody = Readonly<Record<string, unknown>>;

/** The bodies of the paid operations, by their paths. Images are addresses: the header is sent with every request that is not paid. */
export function exampleBodies(tasks: readonly TaskRow[]): ReadonlyMap<string, ExampleBody> {
  const [first] = tasks;
  const item = { task: first?.name ?? "" };
  return new Map<string, ExampleBody>([
    ...tasks.map(({ name, input }) => [taskPath(name), jsonExamples(input).address.value] as const),
    [ANALYZE_PATH, { image: EXAMPLE_URL, tasks: [item] }],
    [BATCH_PATH, { items: [{ image: EXAMPLE_URL, ...item }] }],
  ]);
}

/** What an extension of x402 says: data, and the schema that it follows. */
interface Extension {
  readonly info: object;
  readonly schema: object;
}

const constant = (value: string) => ({ type: "string", const: value });

/** Returns the `bazaar` extension of an operation, by which a facilitator's catalogue lists it (specs/extensions/bazaar.md). */
export function bazaar(body: ExampleBody): Extension {
  return {
    info: { input: { type: "http", method: "POST", bodyType: "json", body }, output: { type: "json" } },
    schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        input: {
          type: "object",
          properties: {
            type: constant("http"),
            method: constant("POST"),
            bodyType: constant("json"),
            body: { type: "object" },
          },
          required: ["type", "method", "bodyType", "body"],
          additionalProperties: false,
        },
        output: { type: "object", properties: { type: { type: "string" } }, required: ["type"] },
      },
      required: ["input"],
    },
  };
}

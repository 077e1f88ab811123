import { openApiDocument } from "../../src/contract/openapi.ts";
import { tasks } from "../../src/florence/tasks.ts";

/** The subset of JSON Schema that the contract's schemas use. */
export interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
}

/** The schema's name in a reference to it. */
export function nameInRef(ref: string): string {
  return ref.replace("#/components/schemas/", "");
}

/** The named schemas of the OpenAPI document, those of accounts included, in its order. */
export function contractSchemas(): Readonly<Record<string, Schema>> {
  const rows = Object.entries(tasks).map(([name, { summary, input, answers }]) => ({ name, summary, input, answers }));
  return openApiDocument(rows, "", {}, { hasAccounts: true }).components?.schemas ?? {};
}

/** `oneOf` next to `properties` only states which properties go together; the clients' hand-written types express that. */
export function variantsOf({ anyOf, oneOf, properties }: Schema): readonly Schema[] | undefined {
  return anyOf ?? (properties === undefined ? oneOf : undefined);
}

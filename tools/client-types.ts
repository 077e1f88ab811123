import { operationId } from "../src/contract/task-operations.ts";
import { tasks } from "../src/florence/tasks.ts";
import { contractSchemas, nameInRef, type Schema, variantsOf } from "./docs/schema.ts";

/**
 * Left out: query parameters are the same options in another syntax, users of the client do not write JSON bodies, and it has no methods for reports,
 * keys, webhooks and administration.
 */
const excluded = new Set(
  `QueryRegion QueryInclude AnalyzeRequest BatchRequest QuoteRequest Quote Pricing UsageReport
   AccountEntry EntryList ChargeHistory Key NewKey KeyList KeyTerms NewKeyRequest
   RotateRequest NewAccountRequest AccountChangesRequest GrantRequest RefundRequest Account
   AccountList Granted Refunded AuditReport KeyChangesRequest AdjustRequest Adjusted
   NewWebhook Webhook WebhookList WebhookSecret WebhookTest WebhookDelivery WebhookDeliveryList DeliveryStatus`.split(
    /\s+/u,
  ),
);

const names: ReadonlyMap<string, string> = new Map([
  ["string", "string"],
  ["number", "number"],
  ["integer", "number"],
  ["boolean", "boolean"],
  ["null", "null"],
]);

function docComment(description: string | undefined): string {
  return description === undefined ? "" : `/** ${description.replaceAll("*/", "*\\/")} */\n`;
}

function indented(lines: string): string {
  return lines.replaceAll(/^(?=.)/gmu, "  ");
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const values = typeof additionalProperties === "object" ? additionalProperties : undefined;
  if (values !== undefined) return `Readonly<Record<string, ${typeOf(values)}>>`;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const key = /^\w+$/u.test(name) ? name : JSON.stringify(name);
    const type = required.includes(name) ? `: ${typeOf(schema)}` : `?: ${typeOf(schema)} | undefined`;
    return `${docComment(schema.description)}readonly ${key}${type};\n`;
  });
  return `{\n${indented(lines.join(""))}}`;
}

function arrayType({ items, prefixItems }: Schema): string {
  if (prefixItems !== undefined) return `readonly [${prefixItems.map(typeOf).join(", ")}]`;
  return `readonly ${bracketed(typeOf(items ?? {}))}[]`;
}

function bracketed(type: string): string {
  return type.includes(" ") ? `(${type})` : type;
}

/** Returns a schema as a TypeScript type. Throws for an unknown keyword, which means that the contract uses a new one. */
function typeOf(schema: Schema): string {
  const variants = variantsOf(schema);
  if (schema.$ref !== undefined) return nameInRef(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (variants !== undefined) return variants.map(typeOf).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => typeOf({ ...schema, type })).join(" | ");
  if (schema.type === "object") return objectType(schema);
  if (schema.type === "array") return arrayType(schema);
  const name = typeof schema.type === "string" ? names.get(schema.type) : undefined;
  if (name === undefined) throw new Error(`No type is known for the schema ${JSON.stringify(schema)}.`);
  return name;
}

function declaration([name, schema]: readonly [string, Schema]): string {
  const type = typeOf(schema);
  const isInterface = type.startsWith("{") && schema.type === "object";
  return `${docComment(schema.description)}export ${isInterface ? `interface ${name} ${type}` : `type ${name} = ${type};`}\n`;
}

function taskTable(): string {
  const rows = Object.entries(tasks).map(([name, { input, answers, summary }]) => {
    const row = `{ name: ${JSON.stringify(name)}, input: ${JSON.stringify(input)}, answers: ${JSON.stringify(answers)} }`;
    return `${docComment(`${summary}.`)}${operationId(name)}: ${row},\n`;
  });
  return `/** The tasks by the names of their methods. */\nexport const tasks = {\n${indented(rows.join(""))}} as const;\n`;
}

/** Returns the text of `src/client/contract.ts`: the API's requests and responses as types without zod, and the table of tasks. */
export function clientTypes(): string {
  const declared = Object.entries(contractSchemas()).filter(([name]) => !excluded.has(name));
  const head =
    "// Generated from src/contract/ and src/florence/tasks.ts by `npm run docs`. test/types/client-contract.ts checks it against the schemas.\n";
  return [head, ...declared.map(declaration), taskTable()].join("\n");
}

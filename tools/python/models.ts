import { contractSchemas, nameInRef, type Schema, variantsOf } from "../docs/schema.ts";
import { docstring, literal, pascalCase } from "./names.ts";

/** What the client returns; everything that these refer to is generated with them. */
const roots = [
  "AnswerEvent",
  "FlatAnswer",
  "RawAnswer",
  "AnalyzeAnswer",
  "BatchAnswer",
  "Health",
  "TaskList",
  "ModelList",
  "Pricing",
  "Quote",
  "Me",
] as const;

/** The boxes of the Python client always have two corners, and compute the other forms themselves. */
const isOtherBoxFormat = (name: string): boolean => /(?:Xywh|Cxcywh)$/u.test(name);

/** Written by hand in `_reply.py`: its keys are the tokens of tasks. */
const handWritten: ReadonlySet<string> = new Set(["ReferenceAnswer"]);

/** Names of objects that the document does not name, by the names of where they first occur. */
const givenNames: ReadonlyMap<string, string> = new Map([
  ["QuadObjectCocoRle", "CocoRle"],
  ["ProblemIssue", "Issue"],
  ["TaskListTask", "TaskInfo"],
  ["ModelListModel", "ModelInfo"],
  ["MeCapsDay", "Cap"],
  ["MeRatePolicie", "RatePolicy"],
  ["MeRateConcurrency", "Concurrency"],
  ["PricingTask", "TaskPrice"],
]);

/** The classes of `_reply.py` and `_answer.py` that these extend. */
const bases: ReadonlyMap<string, string> = new Map([
  ["Box", "BoxForms"],
  ["TextAnswer", "TextForms"],
  ["BoxesAnswer", "LocatedForms"],
  ["QuadsAnswer", "LocatedForms"],
  ["PolygonsAnswer", "LocatedForms"],
  ["AnalyzeResult", "ResultForms"],
  ...[
    "FlatAnswer",
    "RawAnswer",
    "AnalyzeAnswer",
    "BatchAnswer",
    "Health",
    "TaskList",
    "ModelList",
    "Pricing",
    "Quote",
    "Me",
  ].map((name) => [name, "Reply"] as const),
]);

/** Types that are wider than the document's: a newer server may send a code that this client does not know. */
const widened: ReadonlyMap<string, string> = new Map([["Problem.code", "str"]]);

const scalars: ReadonlyMap<string, string> = new Map([
  ["string", "str"],
  ["number", "float"],
  ["integer", "int"],
  ["boolean", "bool"],
  ["null", "None"],
]);

/** Structure without texts: equal structures get one class. */
function structureOf(schema: Schema): string {
  return JSON.stringify(schema, (key, value: unknown) => (key === "description" ? undefined : value));
}

/** Collects the classes and aliases that a set of schemas needs. */
function createModule(schemas: Readonly<Record<string, Schema>>) {
  const classes = new Map<string, string>();
  const aliases = new Map<string, string>();
  const known = new Map<string, string>();

  const namedType = (name: string): string => {
    const schema = schemas[name];
    if (handWritten.has(name) || classes.has(name) || aliases.has(name)) return name;
    if (schema === undefined) throw new Error(`The document has no schema ${name}.`);
    if (schema.type === "object") return addClass(name, schema);
    aliases.set(name, "");
    const doc = schema.description === undefined ? "" : docstring(schema.description, "");
    aliases.set(name, `${name} = ${typeOf(schema, name)}\n${doc}`);
    return name;
  };

  const inlineType = (schema: Schema, place: string): string => {
    const structure = structureOf(schema);
    const name = known.get(structure) ?? givenNames.get(place) ?? place;
    if (known.has(structure)) return name;
    known.set(structure, name);
    return addClass(name, schema);
  };

  const unionType = (variants: readonly Schema[], place: string): string => {
    const kept = variants.filter(({ $ref }) => $ref === undefined || !isOtherBoxFormat($ref));
    return kept.map((each) => typeOf(each, place)).join(" | ");
  };

  const arrayType = ({ items = {}, prefixItems }: Schema, place: string): string => {
    if (prefixItems !== undefined) return `tuple[${prefixItems.map((each) => typeOf(each, place)).join(", ")}]`;
    return `tuple[${typeOf(items, place.replace(/s$/u, ""))}, ...]`;
  };

  /** Returns a schema as a Python type. Throws for an unknown keyword, which means that the contract uses a new one. */
  const typeOf = (schema: Schema, place: string): string => {
    const variants = variantsOf(schema);
    if (schema.$ref !== undefined) return namedType(nameInRef(schema.$ref));
    if (schema.const !== undefined) return literal([schema.const]);
    if (schema.enum !== undefined) return literal(schema.enum);
    if (variants !== undefined) return unionType(variants, place);
    if (Array.isArray(schema.type))
      return unionType(
        schema.type.map((type: string) => ({ ...schema, type })),
        place,
      );
    if (schema.type === "object") return inlineType(schema, place);
    if (schema.type === "array") return arrayType(schema, place);
    const name = typeof schema.type === "string" ? scalars.get(schema.type) : undefined;
    if (name === undefined) throw new Error(`No type is known for the schema ${JSON.stringify(schema)}.`);
    return name;
  };

  const fieldOf = (owner: string, key: string, schema: Schema, isRequired: boolean): string => {
    const type = widened.get(`${owner}.${key}`) ?? typeOf(schema, owner + pascalCase(key));
    const name = key.replaceAll("-", "_");
    const renamed = name === key ? "None" : `field(default=None, metadata={"key": ${JSON.stringify(key)}})`;
    const line = isRequired ? `    ${name}: ${type}\n` : `    ${name}: ${type} | None = ${renamed}\n`;
    return line + (schema.description === undefined ? "" : docstring(schema.description, "    "));
  };

  const addClass = (name: string, { properties = {}, required = [], description }: Schema): string => {
    // First its place, so that classes come in the order of the document.
    classes.set(name, "");
    const fields = Object.entries(properties).map(([key, schema]) =>
      fieldOf(name, key, schema, required.includes(key)),
    );
    const doc = description === undefined ? "" : `${docstring(description, "    ")}\n`;
    const base = bases.get(name);
    const head = `@dataclass(frozen=True, kw_only=True)\nclass ${name}${base === undefined ? "" : `(${base})`}:\n`;
    classes.set(name, head + doc + fields.join(""));
    return name;
  };

  return { namedType, text: () => `${[...classes.values()].join("\n\n")}\n\n${[...aliases.values()].join("\n")}` };
}

/** The classes of the API's replies, and the unions of them, as the text of a part of a Python module. */
export function models(): string {
  const schemas = contractSchemas();
  const module = createModule(schemas);
  for (const root of roots) module.namedType(root);
  const codes = schemas["Problem"]?.properties?.["code"]?.enum ?? [];
  const doc = docstring("The codes of the API's problems. A newer server may have others.", "");
  return `${module.text()}\n\nProblemCode = ${literal(codes)}\n${doc}`;
}

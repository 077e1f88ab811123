import { nameInRef, type Schema, variantsOf } from "../docs/schema.ts";
import { docstring, literal, pascalCase } from "./names.ts";

/** What the document does not say about the classes. */
export interface ClassNotes {
  /** Classes that are written by hand. */
  readonly handWritten: ReadonlySet<string>;
  /** Names of objects that the document does not name, by the names of where they first occur. */
  readonly givenNames: ReadonlyMap<string, string>;
  /** The classes that these extend. */
  readonly bases: ReadonlyMap<string, string>;
  /** Types of fields (`Problem.code`) that are not the document's. */
  readonly widened: ReadonlyMap<string, string>;
  /** The texts of fields that the document does not have, by classes. */
  readonly added: ReadonlyMap<string, string>;
  /** Whether a schema is left out of unions. */
  readonly isLeftOut: (name: string) => boolean;
}

/** The module that is being written: its classes and aliases by their names, in the order of the document. */
export interface PythonModule {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly notes: ClassNotes;
  readonly classes: Map<string, string>;
  readonly aliases: Map<string, string>;
  /** The names of classes by the structures of their schemas: equal structures get one class. */
  readonly known: Map<string, string>;
}

const scalars: ReadonlyMap<string, string> = new Map([
  ["string", "str"],
  ["number", "float"],
  ["integer", "int"],
  ["boolean", "bool"],
  ["null", "None"],
]);

function structureOf(schema: Schema): string {
  return JSON.stringify(schema, (key, value: unknown) => (key === "description" ? undefined : value));
}

function docOf({ description }: Schema, indent: string): string {
  return description === undefined ? "" : docstring(description, indent);
}

/** Adds a named schema and what it refers to, and returns its name. Throws if the document has no such schema. */
export function namedType(module: PythonModule, name: string): string {
  const { schemas, notes, classes, aliases } = module;
  const schema = schemas[name];
  if (notes.handWritten.has(name) || classes.has(name) || aliases.has(name)) return name;
  if (schema === undefined) throw new Error(`The document has no schema ${name}.`);
  if (schema.type === "object") return addClass(module, name, schema);
  // First its place, so that what it refers to comes after it.
  aliases.set(name, "");
  aliases.set(name, `${name} = ${typeOf(module, schema, name)}\n${docOf(schema, "")}`);
  return name;
}

function inlineType(module: PythonModule, schema: Schema, place: string): string {
  const structure = structureOf(schema);
  const existing = module.known.get(structure);
  if (existing !== undefined) return existing;
  const name = module.notes.givenNames.get(place) ?? place;
  module.known.set(structure, name);
  return addClass(module, name, schema);
}

function unionType(module: PythonModule, variants: readonly Schema[], place: string): string {
  const kept = variants.filter(({ $ref }) => $ref === undefined || !module.notes.isLeftOut(nameInRef($ref)));
  return kept.map((each) => typeOf(module, each, place)).join(" | ");
}

function arrayType(module: PythonModule, { items = {}, prefixItems }: Schema, place: string): string {
  if (prefixItems !== undefined) return `tuple[${prefixItems.map((each) => typeOf(module, each, place)).join(", ")}]`;
  return `tuple[${typeOf(module, items, place.replace(/s$/u, ""))}, ...]`;
}

function scalarType(schema: Schema): string {
  const name = typeof schema.type === "string" ? scalars.get(schema.type) : undefined;
  if (name === undefined) throw new Error(`No type is known for the schema ${JSON.stringify(schema)}.`);
  return name;
}

/** Returns a schema as a Python type. `place` names the class of an object without a name. Throws for an unknown keyword, which means that the contract uses a new one. */
function typeOf(module: PythonModule, schema: Schema, place: string): string {
  const types: readonly string[] = typeof schema.type === "object" ? schema.type : [];
  const variants = variantsOf(schema) ?? (types.length > 0 ? types.map((type) => ({ ...schema, type })) : undefined);
  if (schema.$ref !== undefined) return namedType(module, nameInRef(schema.$ref));
  if (schema.const !== undefined) return literal([schema.const]);
  if (schema.enum !== undefined) return literal(schema.enum);
  if (variants !== undefined) return unionType(module, variants, place);
  if (schema.type === "object") return inlineType(module, schema, place);
  return schema.type === "array" ? arrayType(module, schema, place) : scalarType(schema);
}

function field(module: PythonModule, owner: string, [key, schema]: readonly [string, Schema], isRequired: boolean) {
  const type = module.notes.widened.get(`${owner}.${key}`) ?? typeOf(module, schema, owner + pascalCase(key));
  const name = key.replaceAll("-", "_");
  const standard = name === key ? "None" : `field(default=None, metadata={"key": ${JSON.stringify(key)}})`;
  const line = isRequired ? `    ${name}: ${type}\n` : `    ${name}: ${type} | None = ${standard}\n`;
  return line + docOf(schema, "    ");
}

function addClass(module: PythonModule, name: string, schema: Schema): string {
  const { properties = {}, required = [] } = schema;
  // First its place, so that classes come in the order of the document.
  module.classes.set(name, "");
  const fields = Object.entries(properties).map((entry) => field(module, name, entry, required.includes(entry[0])));
  const doc = docOf(schema, "    ");
  const base = module.notes.bases.get(name);
  const head = `@dataclass(frozen=True, kw_only=True)\nclass ${name}${base === undefined ? "" : `(${base})`}:\n`;
  module.classes.set(
    name,
    `${head}${doc === "" ? "" : `${doc}\n`}${fields.join("")}${module.notes.added.get(name) ?? ""}`,
  );
  return name;
}

import { PROMPT_DEFAULTS } from "../../src/contract/work-units.ts";
import type { NoCodeField } from "./fields.ts";
import { type NoCodeGroup, noCodeGroups } from "./groups.ts";
import { type NoCodeTask, noCodeTasks } from "./tasks.ts";
import { titleOf } from "./title.ts";

/** A parameter of n8n's nodes, as JSON. */
type Property = Readonly<Record<string, unknown>>;

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name.localeCompare(other.name, "en");

const namesOf = (tasks: readonly NoCodeTask[]): readonly string[] => tasks.map(({ name }) => name);

/** `max_new_tokens` is `maxNewTokens` among n8n's parameters. */
const camelCase = (name: string): string =>
  name.replaceAll(/[-_](?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase());

/**
 * A text as n8n's linter asks for it: code in HTML, one sentence without a full stop, several with it. What is said of an alternative is left out, since a node shows one of
 * the two alone.
 */
function description(help: string, alternative?: string): string {
  const sentences = help.split(/(?<=\.)\s/u);
  const text = (alternative === undefined ? sentences : sentences.slice(0, -1)).join(" ");
  const html = text.replaceAll(/`(?<code>[^`]+)`/gu, "<code>$<code></code>").replace("<code>json</code>", "JSON");
  return html.split(/\.\s/u).length === 1 ? html.replace(/\.$/u, "") : html;
}

/** The groups as n8n names them: what an operation is about, in the singular. */
const resourceNames = {
  describe: "Description",
  read: "Text",
  find: "Object",
  outline: "Outline",
  region: "Region",
} as const satisfies Readonly<Record<NoCodeGroup, string>>;

/** The jobs of questions that are answered later. What is asked about them is the node's own, since no task is asked. */
const jobs = { name: "Job", value: "job" };

const resources: Property = {
  displayName: "Resource",
  name: "resource",
  type: "options",
  noDataExpression: true,
  options: [...noCodeGroups.map(({ name }) => ({ name: resourceNames[name], value: name })), jobs].toSorted(byName),
  default: "describe",
};

/** The operations of a group; each says where it is asked. n8n's linter wants actions without punctuation. */
function operationsOf(group: NoCodeGroup, tasks: readonly NoCodeTask[]): Property {
  const options = tasks.map(({ name, title, summary, path }) => {
    const action = summary.replaceAll(",", "");
    return { name: title, value: name, description: summary, action, routing: { request: { url: path } } };
  });
  return {
    displayName: "Operation",
    name: "operation",
    type: "options",
    noDataExpression: true,
    displayOptions: { show: { resource: [group] } },
    options: options.toSorted(byName),
    default: tasks[0]?.name,
  };
}

/** How n8n enters a value, by how the API reads it. */
const types = {
  text: "string",
  texts: "string",
  box: "string",
  integer: "number",
  number: "number",
  choice: "options",
  choices: "multiOptions",
} as const satisfies Readonly<Record<NoCodeField["type"], string>>;

/** What a number is when it has been added and not yet changed: what the API does without it, or, of objects, a list that is easy to read. */
const firstNumbers: Readonly<Record<string, number>> = {
  min_score: 0,
  max_objects: 10,
  max_new_tokens: PROMPT_DEFAULTS.maxNewTokens,
  beams: PROMPT_DEFAULTS.beams,
};

function defaultOf({ name, type, default: given }: NoCodeField): unknown {
  if (type === "choices") return [];
  return types[type] === "number" ? firstNumbers[name] : (given ?? "");
}

/** The values of `include` that say something of an answer with objects, or without. */
const isUsed = (choice: string, hasObjects: boolean): boolean => (choice === "score") !== hasObjects;

/** The values of choices, as n8n names them. */
const choiceNames: Readonly<Record<string, string>> = {
  xyxy: "Corners",
  xywh: "Corner and Size",
  cxcywh: "Centre and Size",
  svg_path: "Outline as an SVG Path",
  coco_rle: "Outline as a COCO Mask",
  score: "Score",
};

function choicesOf({ name, choices }: NoCodeField, hasObjects: boolean): Property {
  if (choices === undefined) return {};
  const used = name === "include" ? choices.filter((choice) => isUsed(choice, hasObjects)) : choices;
  return { options: used.map((value) => ({ name: choiceNames[value] ?? titleOf(value), value })).toSorted(byName) };
}

function limitsOf({ type, minimum, maximum }: NoCodeField): Property {
  if (types[type] !== "number") return {};
  return { typeOptions: { minValue: minimum, maxValue: maximum, ...(type === "number" && { numberPrecision: 2 }) } };
}

/** The parameter of a field; its value becomes the option of that name in the query. */
function propertyOf(field: NoCodeField, hasObjects: boolean): Property {
  const { name, label, type, help, example, alternative } = field;
  return {
    displayName: label,
    name: camelCase(name),
    type: types[type],
    ...limitsOf(field),
    ...choicesOf(field, hasObjects),
    default: defaultOf(field),
    ...(example !== undefined && { placeholder: example }),
    description: description(type === "texts" ? `${help} Separate them with commas.` : help, alternative),
    routing: { send: { type: "query", property: name } },
  };
}

/** Shows a parameter for the tasks that have the field. */
const shownFor = (tasks: readonly NoCodeTask[], name: string): readonly string[] =>
  namesOf(tasks.filter(({ fields }) => fields.some((field) => field.name === name)));

/** Which of two parameters for the same thing is shown. */
function unitOf(field: NoCodeField, operation: readonly string[]): Property {
  return {
    displayName: "Region In",
    name: "regionIn",
    type: "options",
    displayOptions: { show: { operation } },
    options: [
      { name: "Parts of the Image", value: "normalizedRegion", description: "From 0 to 1 of its width and height" },
      { name: "Pixels", value: "region", description: "Pixels of the image as it was sent" },
    ],
    default: camelCase(field.name),
  };
}

/** The parameters that tasks need besides the image. */
function inputsOf(tasks: readonly NoCodeTask[]): readonly Property[] {
  const fields = new Map(tasks.flatMap((task) => task.fields.map((field) => [field.name, field] as const)));
  return [...fields.values()]
    .filter(({ place }) => place === "input")
    .flatMap((field) => {
      const operation = shownFor(tasks, field.name);
      const isOneOfTwo = field.alternative !== undefined;
      const show = isOneOfTwo ? { operation, regionIn: [camelCase(field.name)] } : { operation };
      const property = { ...propertyOf(field, true), required: true, displayOptions: { show } };
      return field.name === "region" ? [unitOf(field, operation), property] : [property];
    });
}

/** The option that is the node's own, not the API's. */
const includeInputFile: Property = {
  displayName: "Include Input File",
  name: "includeInputFile",
  type: "boolean",
  default: false,
  description: "Whether the output has the input's files too, for a later question about the same image",
};

const byDisplayName = (one: Property, other: Property): number =>
  String(one["displayName"]).localeCompare(String(other["displayName"]), "en");

/** The collection of what can be set for tasks that have the same fields. */
function optionsOf(tasks: readonly NoCodeTask[], hasObjects: boolean): Property {
  const fields = tasks[0]?.fields.filter(({ place }) => place !== "input") ?? [];
  return {
    displayName: "Options",
    name: "options",
    type: "collection",
    placeholder: "Add option",
    default: {},
    displayOptions: { show: { operation: namesOf(tasks) } },
    options: [...fields.map((field) => propertyOf(field, hasObjects)), includeInputFile].toSorted(byDisplayName),
  };
}

/** An export of the module. Its keys are written without quotes, where n8n's linter looks for them. */
function written(comment: string, name: string, type: string, value: unknown): string {
  const literal = JSON.stringify(value, null, 2).replaceAll(/^(?<indent> *)"(?<key>\w+)": /gmu, "$<indent>$<key>: ");
  return `/** ${comment} */\nexport const ${name}: ${type} = ${literal};\n`;
}

/** Returns the module of the n8n node that has its operations and what can be set for them: literals, so that n8n's linter reads them. */
export function n8nModule(): string {
  const tasks = noCodeTasks();
  const [withObjects, withText] = [true, false].map((has) => tasks.filter(({ hasObjects }) => hasObjects === has));
  const groups = noCodeGroups.map(({ name }) =>
    operationsOf(
      name,
      tasks.filter(({ group }) => group === name),
    ),
  );
  return [
    `// Generated by \`npm run docs\` of florence-edge: do not edit.\nimport type { INodeProperties } from "n8n-workflow";\n`,
    written("Operations whose answers may have objects.", "objectOperations", "string[]", namesOf(withObjects ?? [])),
    written("Operations whose answers are texts.", "textOperations", "string[]", namesOf(withText ?? [])),
    written("The groups of operations.", "resourceProperty", "INodeProperties", resources),
    written("The operations, by groups.", "operationProperties", "INodeProperties[]", groups),
    written("What operations need besides the image.", "inputProperties", "INodeProperties[]", inputsOf(tasks)),
    written("What can be set.", "optionProperties", "INodeProperties[]", [
      optionsOf(withObjects ?? [], true),
      optionsOf(withText ?? [], false),
    ]),
  ].join("\n");
}

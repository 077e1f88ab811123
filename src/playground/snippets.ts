import { tasks } from "../client/contract.ts";
import { queryOf } from "../client/request.ts";
import { optionsOf } from "./options.ts";
import { chosenTask, type SelectedImage, type State } from "./state.ts";

/** Quotes a text as one literal word for a POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

type Options = Readonly<Record<string, unknown>>;

/** Formats a value as a JavaScript literal, with unquoted property names. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${literal(each)}`)
    .join(", ")} }`;
}

function curlWithFile(
  url: string,
  { source, name }: SelectedImage & { readonly source: Blob },
  options: Options,
): string {
  const query = queryOf(options).toString();
  const type = source.type === "" ? "application/octet-stream" : source.type;
  return [
    `curl -s -H ${shellQuoted(`content-type: ${type}`)}`,
    `--data-binary ${shellQuoted(`@${name}`)}`,
    shellQuoted(query === "" ? url : `${url}?${query}`),
  ].join(" \\\n  ");
}

function curlWithImageUrl(url: string, image: string, options: Options): string {
  const body = JSON.stringify({ image, ...options });
  return [`curl -s -H 'content-type: application/json'`, `-d ${shellQuoted(body)}`, shellQuoted(url)].join(" \\\n  ");
}

/** Formats the request as a curl command; empty while no image is selected. */
export function curl(state: State, origin: string): string {
  const { image } = state;
  const url = `${origin}${chosenTask(state)?.path ?? ""}`;
  if (image === undefined) return "";
  const options = optionsOf(state);
  const { source } = image;
  return typeof source === "string"
    ? curlWithImageUrl(url, source, options)
    : curlWithFile(url, { ...image, source }, options);
}

/** Returns the client's method of a task; `undefined` for a task that this client does not have. */
export function methodOf(task: string): keyof typeof tasks | undefined {
  return Object.entries(tasks).flatMap(([method, { name }]) => (name === task && isMethod(method) ? [method] : []))[0];
}

function isMethod(name: string): name is keyof typeof tasks {
  return Object.hasOwn(tasks, name);
}

/** Formats the request as a JavaScript program that uses the client; empty while no image is selected. */
export function program(state: State, origin: string): string {
  const { image } = state;
  const options = optionsOf(state);
  if (image === undefined) return "";
  const isFile = typeof image.source !== "string";
  const input = isFile ? `fromPath(${literal(image.name)})` : literal(image.source);
  const parameters = Object.keys(options).length === 0 ? input : `${input}, ${literal(options)}`;
  const call = `florence.${methodOf(state.task) ?? "…"}(${parameters})`;
  const statement =
    options["stream"] === true
      ? `for await (const event of ${call}) console.log(event);`
      : `console.log(await ${call});`;
  return [
    'import { createFlorence } from "florence-edge-client";',
    ...(isFile ? ['import { fromPath } from "florence-edge-client/node";'] : []),
    "",
    `const florence = createFlorence({ baseUrl: ${literal(origin)} });`,
    statement,
  ].join("\n");
}

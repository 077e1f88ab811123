import { tasks } from "../client/contract.ts";
import { queryOf } from "../client/request.ts";
import { optionsOf } from "./options.ts";
import { chosenTask, type Picture, type State } from "./state.ts";

/** A word that a shell takes as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

type Options = Readonly<Record<string, unknown>>;

/** JavaScript as people write it: names without quotes. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${literal(each)}`)
    .join(", ")} }`;
}

function curlWithFile(address: string, { image, name }: Picture & { readonly image: Blob }, options: Options): string {
  const query = queryOf(options).toString();
  const type = image.type === "" ? "application/octet-stream" : image.type;
  return [
    `curl -s -H ${quoted(`content-type: ${type}`)}`,
    `--data-binary ${quoted(`@${name}`)}`,
    quoted(query === "" ? address : `${address}?${query}`),
  ].join(" \\\n  ");
}

function curlWithAddress(address: string, image: string, options: Options): string {
  const body = JSON.stringify({ image, ...options });
  return [`curl -s -H 'content-type: application/json'`, `-d ${quoted(body)}`, quoted(address)].join(" \\\n  ");
}

/** The question as a command; empty while there is no picture. */
export function curl(state: State, origin: string): string {
  const { picture } = state;
  const address = `${origin}${chosenTask(state)?.path ?? ""}`;
  if (picture === undefined) return "";
  const options = optionsOf(state);
  const { image } = picture;
  return typeof image === "string"
    ? curlWithAddress(address, image, options)
    : curlWithFile(address, { ...picture, image }, options);
}

/** The client's method for a task; `undefined` for a task that this client does not know. */
export function methodOf(task: string): keyof typeof tasks | undefined {
  return Object.entries(tasks).flatMap(([method, { name }]) => (name === task && isMethod(method) ? [method] : []))[0];
}

function isMethod(name: string): name is keyof typeof tasks {
  return Object.hasOwn(tasks, name);
}

/** The question as a program of the client's; empty while there is no picture. */
export function program(state: State, origin: string): string {
  const { picture } = state;
  const options = optionsOf(state);
  if (picture === undefined) return "";
  const isFile = typeof picture.image !== "string";
  const image = isFile ? `fromPath(${literal(picture.name)})` : literal(picture.image);
  const given = Object.keys(options).length === 0 ? image : `${image}, ${literal(options)}`;
  const call = `florence.${methodOf(state.task) ?? "…"}(${given})`;
  const use =
    options["stream"] === true
      ? `for await (const event of ${call}) console.log(event);`
      : `console.log(await ${call});`;
  return [
    'import { createFlorence } from "florence-edge-client";',
    ...(isFile ? ['import { fromPath } from "florence-edge-client/node";'] : []),
    "",
    `const florence = createFlorence({ baseUrl: ${literal(origin)} });`,
    use,
  ].join("\n");
}

import type { FlorenceError } from "../client/florence.ts";
import { problems } from "../contract/problem-table.ts";
import { make, marked } from "./dom.ts";

/** What an error is called; `undefined` where the client itself found it. */
function titleOf(code: string): string | undefined {
  const rows: Readonly<Record<string, { readonly title: string }>> = problems;
  return Object.hasOwn(rows, code) ? rows[code]?.title : undefined;
}

function name(code: string): HTMLElement {
  const written = make("code", {}, code);
  return titleOf(code) === undefined ? written : make("a", { href: `/errors#${code}` }, written);
}

/** An error as people read it: what happened, to what, what to do about it, and what the log knows it by. */
export function problem({ code, detail, fix, issues, requestId }: FlorenceError): readonly HTMLElement[] {
  const title = titleOf(code);
  const fields = issues.map(({ path, message }) => make("li", {}, make("code", {}, path), ": ", ...marked(message)));
  const id = requestId === undefined ? [] : [" · request ", make("code", {}, requestId)];
  return [
    make("p", { class: "problem-title" }, title === undefined ? detail : `${title}.`),
    // With fields, the detail is the same once more.
    ...(title === undefined || fields.length > 0 ? [] : [make("p", {}, detail)]),
    ...(fields.length === 0 ? [] : [make("ul", {}, ...fields)]),
    make("p", {}, ...marked(fix)),
    make("p", { class: "note" }, name(code), ...id),
  ];
}

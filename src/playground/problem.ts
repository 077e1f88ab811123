import type { FlorenceError } from "../client/florence.ts";
import { problems } from "../contract/problem-table.ts";
import { createElement, withInlineCode } from "./dom.ts";

/** Returns the title of a problem; `undefined` for an error of the client itself. */
function titleOf(code: string): string | undefined {
  const rows: Readonly<Record<string, { readonly title: string }>> = problems;
  return Object.hasOwn(rows, code) ? rows[code]?.title : undefined;
}

function codeElement(code: string): HTMLElement {
  const element = createElement("code", {}, code);
  return titleOf(code) === undefined ? element : createElement("a", { href: `/errors#${code}` }, element);
}

/** Formats an error for the page: title, detail, invalid fields, fix, code and request id. */
export function problemElements({ code, detail, fix, issues, requestId }: FlorenceError): readonly HTMLElement[] {
  const title = titleOf(code);
  const fields = issues.map(({ path, message }) =>
    createElement("li", {}, createElement("code", {}, path), ": ", ...withInlineCode(message)),
  );
  const id = requestId === undefined ? [] : [" · request ", createElement("code", {}, requestId)];
  return [
    createElement("p", { class: "problem-title" }, title === undefined ? detail : `${title}.`),
    // With fields, the detail would repeat them.
    ...(title === undefined || fields.length > 0 ? [] : [createElement("p", {}, detail)]),
    ...(fields.length === 0 ? [] : [createElement("ul", {}, ...fields)]),
    createElement("p", {}, ...withInlineCode(fix)),
    createElement("p", { class: "note" }, codeElement(code), ...id),
  ];
}

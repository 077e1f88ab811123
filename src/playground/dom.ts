type Content = Node | string;
type Attributes = Readonly<Record<string, string | boolean>>;

/** Returns the element of the page with this id. Throws if it is missing or has another type. */
export function byId<Type extends Element>(id: string, type: new () => Type): Type {
  const element = document.querySelector(`#${id}`);
  if (element instanceof type) return element;
  throw new Error(`The page has no #${id}.`);
}

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
}

/** Creates an HTML element; attributes with the value `false` are omitted. */
export function createElement<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...content);
  return element;
}

/** Creates an SVG element; attributes with the value `false` are omitted. */
export function createSvgElement(
  tag: "g" | "polygon",
  attributes: Attributes,
  ...content: readonly Node[]
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  element.append(...content);
  return element;
}

/** Formats a fraction as a CSS percentage. */
export function percent(fraction: number): string {
  return `${fraction * 100}%`;
}

/** Converts a text of the API to page content: the parts in backticks become `code` elements. */
export function withInlineCode(text: string): readonly Content[] {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : createElement("code", {}, part)));
}

type Content = Node | string;
type Attributes = Readonly<Record<string, string | boolean>>;

/** The element of the page with this id. Throws where the page and its script do not belong together. */
export function byId<Type extends Element>(id: string, type: new () => Type): Type {
  const found = document.querySelector(`#${id}`);
  if (found instanceof type) return found;
  throw new Error(`The page has no #${id}.`);
}

function setAll(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
}

/** A new element; an attribute that is false is left out. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAll(element, attributes);
  element.append(...content);
  return element;
}

/** A new element of a drawing. */
export function draw(tag: "g" | "polygon", attributes: Attributes, ...content: readonly Node[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAll(element, attributes);
  element.append(...content);
  return element;
}

/** A part of a length, for CSS. */
export function percent(part: number): string {
  return `${part * 100}%`;
}

/** A text of the API's as the page shows it: it marks names with backticks. */
export function marked(text: string): readonly Content[] {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : make("code", {}, part)));
}

import { SaxesParser } from "saxes";

/** An element, as parsed by a strict XML 1.0 parser. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text in the element, including its descendants'. */
  readonly text: string;
}

/** Returns the elements of a document in the order of their end tags. Throws if the document is not well-formed. */
export function xmlElements(document: string): readonly XmlElement[] {
  const parser = new SaxesParser({ position: false, xmlns: false });
  const ended: XmlElement[] = [];
  const open: { name: string; attributes: Record<string, string>; text: string }[] = [];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => open.push({ name, attributes, text: "" }));
  parser.on("text", (text) => {
    for (const element of open) element.text += text;
  });
  parser.on("closetag", () => {
    const element = open.pop();
    if (element !== undefined) ended.push(element);
  });
  parser.write(document).close();
  return ended;
}

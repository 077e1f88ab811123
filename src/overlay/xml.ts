const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** What XML 1.0 cannot hold, not even escaped: control characters, halves of surrogate pairs, and U+FFFE and U+FFFF. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** A text for an element or for an attribute in double quotes; what XML cannot hold becomes the replacement character. */
export function escapeXml(text: string): string {
  return text.replace(forbidden, "\ufffd").replace(/[&<>"]/gu, (character) => entities[character] ?? character);
}

/** A length without the digits that nobody sees: three decimals, or three digits where it is a part of a pixel. */
export function roundLength(value: number): number {
  return Math.abs(value) < 1 ? Number(value.toPrecision(3)) : Number(value.toFixed(3));
}

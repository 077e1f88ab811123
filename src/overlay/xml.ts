const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Characters that XML 1.0 cannot contain, even escaped: control characters, lone surrogates, U+FFFE and U+FFFF. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/** Escapes a text for an element or a double-quoted attribute. Characters that XML cannot contain become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(forbidden, "\ufffd").replace(/[&<>"]/gu, (character) => entities[character] ?? character);
}

/** Rounds a length to three decimals, or to three significant digits below one pixel. Further digits are not visible. */
export function roundLength(value: number): number {
  return Math.abs(value) < 1 ? Number(value.toPrecision(3)) : Number(value.toFixed(3));
}

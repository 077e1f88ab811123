/** Words that are not written as a title writes others. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ["ocr", "OCR"],
  ["id", "ID"],
  ["json", "JSON"],
  ["usd", "USD"],
  ["min", "Minimum"],
  ["max", "Maximum"],
  ["to", "to"],
  ["with", "with"],
]);

/** A name of the API in title case, which Zapier, n8n and Power Automate ask for: `max_new_tokens` is "Maximum New Tokens", `region-to-ocr` "Region to OCR". */
export function titleOf(name: string): string {
  const words = name.split(/[-_]/u);
  return words.map((word) => SPELLINGS.get(word) ?? word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}

/** What the words for people become, as Azure documents it: grown people are persons, young ones children. */
const neutral: ReadonlyMap<string, string> = new Map([
  ["man", "person"],
  ["woman", "person"],
  ["men", "people"],
  ["women", "people"],
  ["boy", "child"],
  ["girl", "child"],
  ["boys", "children"],
  ["girls", "children"],
]);

const WORDS = /\b(?:wo)?m[ae]n\b|\b(?:boy|girl)s?\b/giu;

function sameCase(word: string, replacement: string): string {
  const [first = ""] = word;
  return first === first.toLowerCase() ? replacement : replacement.charAt(0).toUpperCase() + replacement.slice(1);
}

/** Replaces the words for men, women, boys and girls in a caption. */
export function genderNeutral(text: string): string {
  return text.replaceAll(WORDS, (word) => sameCase(word, neutral.get(word.toLowerCase()) ?? word));
}

/** The colour of an object's shape and label background, and the colour of the text on it. */
export interface LabelColours {
  readonly fill: string;
  readonly text: string;
}

/**
 * Colours that are distinct from each other and from most photographs (Okabe–Ito, the colour-blind-safe palette, without black). Text on each
 * has a contrast ratio of at least 4.5:1, which WCAG 2.2 requires for small text.
 */
export const palette: readonly LabelColours[] = [
  { fill: "#e69f00", text: "#000" },
  { fill: "#56b4e9", text: "#000" },
  { fill: "#009e73", text: "#000" },
  { fill: "#f0e442", text: "#000" },
  { fill: "#0072b2", text: "#fff" },
  { fill: "#d55e00", text: "#000" },
  { fill: "#cc79a7", text: "#000" },
];

const black: LabelColours = { fill: "#000", text: "#fff" };

/** Assigns a colour to each label, in the order of the labels' first occurrence. Colours repeat if there are more labels than colours. */
export function assignColours(labels: readonly string[]): (label: string) => LabelColours {
  const distinct = [...new Set(labels)];
  const byLabel = new Map(distinct.map((label, index) => [label, palette[index % palette.length]]));
  return (label) => byLabel.get(label) ?? black;
}

/** A colour of shapes and of the ground under their label, and the colour of the letters on it. */
export interface LabelColours {
  readonly fill: string;
  readonly text: string;
}

/**
 * Colours that stay apart from each other and from most photographs (Okabe–Ito, the colour-blind-safe set, without black). On each, letters
 * have a contrast of 4.5 to 1 or more, as WCAG 2.2 asks of small text.
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

/** Gives equal labels one colour; as many labels as there are colours have different ones, in the order of their first object. */
export function assignColours(labels: readonly string[]): (label: string) => LabelColours {
  const distinct = [...new Set(labels)];
  const byLabel = new Map(distinct.map((label, index) => [label, palette[index % palette.length]]));
  return (label) => byLabel.get(label) ?? black;
}

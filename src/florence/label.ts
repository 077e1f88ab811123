/** Collects the words before a shape. */
export interface LabelReader {
  /** Words before the next shape, in any number of stretches. */
  write(text: string): void;
  /** The label of the shape that begins here: the words since the last shape, or that shape's own label if there are none. */
  read(): string;
}

/** White space that is not a single space. */
const uneven = /\s\s|[^\S ]/u;

/** A reader that trims words and makes white space, line breaks included, single spaces. Anything but white space is kept. */
export function createLabelReader(): LabelReader {
  let [label, written] = ["", ""];
  return {
    write: (text) => {
      written += text;
    },
    read: () => {
      if (written === "") return label;
      const trimmed = written.trim();
      label = (uneven.test(trimmed) ? trimmed.replace(/\s+/gu, " ") : trimmed) || label;
      written = "";
      return label;
    },
  };
}

/** For tasks whose shapes have no names: what the model writes between shapes is ignored. */
export const noLabels: LabelReader = { write: () => undefined, read: () => "" };

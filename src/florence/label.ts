/** Collects the words before each shape as its label. */
export interface LabelReader {
  /** Adds words before the next shape, in any number of chunks. */
  write(text: string): void;
  /** Returns the label of the shape that starts here: the words since the last shape, or the last shape's label if there are none. */
  read(): string;
}

/** White space other than single spaces. */
const irregularSpace = /\s\s|[^\S ]/u;

/** Creates a reader that trims labels and replaces white space, line breaks included, by single spaces. Keeps all other characters. */
export function createLabelReader(): LabelReader {
  let [label, words] = ["", ""];
  return {
    write: (text) => {
      words += text;
    },
    read: () => {
      if (words === "") return label;
      const trimmed = words.trim();
      label = (irregularSpace.test(trimmed) ? trimmed.replace(/\s+/gu, " ") : trimmed) || label;
      words = "";
      return label;
    },
  };
}

/** For tasks without labels: ignores the words between shapes. */
export const noLabels: LabelReader = { write: () => undefined, read: () => "" };

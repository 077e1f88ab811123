/** A picture to begin with. */
export interface Sample {
  readonly name: string;
  /** Below `/samples/`. */
  readonly file: string;
  /** Where it lies in this repository. */
  readonly from: string;
  /** For whoever does not see it. */
  readonly description: string;
  /** Words that have something to find in it. */
  readonly text: string;
  readonly labels: readonly string[];
}

/** Pictures of things that the small model knows. */
export const samples: readonly Sample[] = [
  {
    name: "street",
    file: "street.jpg",
    from: "test/pictures/street.jpg",
    description: "Two snails and two trucks on pink stripes, and the word camp",
    text: "two snails and two trucks",
    labels: ["snail", "truck"],
  },
  {
    name: "garden",
    file: "garden.png",
    from: "test/pictures/garden.png",
    description: "Three trees and a birthday cake on purple, and a sign that says guide",
    text: "three trees and a cake",
    labels: ["tree", "cake"],
  },
  {
    name: "shoes",
    file: "shoes.jpg",
    from: "test/vectors/mini/pictures/21-256x384.jpg",
    description: "Three shoes on purple, with a number and the word bowl",
    text: "three shoes",
    labels: ["shoe"],
  },
  {
    name: "jungle",
    file: "jungle.jpg",
    from: "test/vectors/mini/pictures/12-640x480.jpg",
    description: "Two monkeys, two ducks and a key on green, and the words job and rain",
    text: "two monkeys and a key",
    labels: ["monkey", "key", "duck"],
  },
];

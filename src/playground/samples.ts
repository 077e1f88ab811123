/** A sample image. */
export interface Sample {
  readonly name: string;
  /** File name under `/samples/`. */
  readonly file: string;
  /** Path of the source file in this repository. */
  readonly from: string;
  /** Alternative text. */
  readonly description: string;
  /** Text for tasks with a text input, about objects in the image. */
  readonly text: string;
  /** Labels for tasks with a labels input, of objects in the image. */
  readonly labels: readonly string[];
}

/** Sample images with objects that the small model recognises. */
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

import { readFile } from "node:fs/promises";

/** The API's origin, the key, and the picture as a data URI. The test says them. */
export const { API, KEY, PICTURE, ONLY } = process.env;

const picture = `data:image/jpeg;base64,${(await readFile(PICTURE)).toString("base64")}`;
/** A file that begins like a picture and is none. */
const brokenPicture = `data:image/jpeg;base64,${Buffer.from([255, 216, 255, 224, 0, 16, 74, 70]).toString("base64")}`;

/** The tasks that every client asks for. */
const TASKS = ["caption", "object-detection", "ocr"];

/** Prints a value as the line that the test reads. */
export function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Asks for each task, whole and in parts, and for a broken picture; prints what each gave as JSON. With ONLY, asks once, and that is refused. */
export async function report({ whole, parts, broken }) {
  const results = {};
  for (const task of ONLY === undefined ? TASKS : []) {
    const model = `florence-2/${task}`;
    results[task] = { whole: await whole(model, picture), parts: await parts(model, picture) };
  }
  const error = await broken("florence-2/caption", ONLY === undefined ? brokenPicture : picture).then(
    (answer) => ({ name: "none", answer }),
    (thrown) => ({
      name: thrown.constructor.name,
      message: thrown.message,
      status: thrown.status ?? thrown.statusCode,
    }),
  );
  print({ results, error });
}

/** The picture as a part of a message of the AI SDK. */
export const picturePart = { type: "file", mediaType: "image/jpeg", data: await readFile(PICTURE) };

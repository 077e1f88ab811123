/** Keeps the bytes of a body until it is known whether they are needed: those of a large one are not held while the model works. */
export function keptBody() {
  let bytes: Uint8Array | undefined;
  return {
    keep: (body: Uint8Array): void => {
      bytes = body;
    },
    drop: (): void => {
      bytes = undefined;
    },
    take: (): Uint8Array => {
      if (bytes === undefined) throw new Error("A body was taken that was not read.");
      return bytes;
    },
  };
}

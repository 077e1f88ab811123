/** Yields rows of `width` pixels of RGB: shapes, RGBA with premultiplied alpha, over an opaque image of RGB. Each is valid until the next. */
export function* composedRows(shapes: Uint8Array, image: Uint8Array, width: number): Generator<Uint8Array, void, void> {
  const row = new Uint8Array(width * 3);
  for (let start = 0; start < image.length; start += row.length) {
    row.set(image.subarray(start, start + row.length));
    for (let from = (start / 3) * 4, to = 0; to < row.length; from += 4, to += 3) {
      const alpha = shapes[from + 3] ?? 0;
      if (alpha === 0) continue;
      for (let channel = 0; channel < 3; channel += 1) {
        const beneath = Math.round(((row[to + channel] ?? 0) * (255 - alpha)) / 255);
        row[to + channel] = (shapes[from + channel] ?? 0) + beneath;
      }
    }
    yield row;
  }
}

/** Yields rows of `width` pixels of RGBA with straight alpha, as a PNG stores it. Each is valid until the next. */
export function* straightRows(shapes: Uint8Array, width: number): Generator<Uint8Array, void, void> {
  const row = new Uint8Array(width * 4);
  for (let start = 0; start < shapes.length; start += row.length) {
    row.set(shapes.subarray(start, start + row.length));
    for (let at = 0; at < row.length; at += 4) {
      const alpha = row[at + 3] ?? 0;
      if (alpha === 0 || alpha === 255) continue;
      for (let channel = 0; channel < 3; channel += 1) {
        row[at + channel] = Math.round(((row[at + channel] ?? 0) * 255) / alpha);
      }
    }
    yield row;
  }
}

/** Parses the samples of a metrics page by name and labels, as Prometheus does. Throws for an invalid or a duplicate line. */
export function samplesOf(page: string): Readonly<Record<string, number>> {
  const samples = new Map<string, number>();
  for (const line of page.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
    const [, name, value] =
      /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})?) ([\d.e+-]+|\+Inf|NaN)$/.exec(line) ?? [];
    if (name === undefined || samples.has(name)) throw new Error(`This is no sample, or comes twice: ${line}`);
    samples.set(name, Number(value));
  }
  return Object.fromEntries(samples);
}

/** The redraw interval of the line on a terminal, in milliseconds. */
const REDRAW_MS = 100;

/** The window of the speed measurement in milliseconds: long enough to be steady, short enough to notice a stall. */
const SPEED_WINDOW_MS = 5000;

/** Without a terminal, one line is printed for each tenth of a file. */
const LINES_PER_FILE = 10;

/** Shows the progress of downloads to a person. */
export interface TransferLog {
  /** Starts a file of `size` bytes, of which `bytes` are already on disk. */
  readonly begin: (name: string, size: number, bytes: number) => void;
  readonly advance: (bytes: number) => void;
  /** Prints a separate line, for example about a failed attempt that is repeated. */
  readonly note: (text: string) => void;
  readonly end: () => void;
}

/** The output and the clock of the log. */
export interface LogOptions {
  readonly write: (text: string) => void;
  /** The width of the terminal in characters; undefined if the output is not a terminal. */
  readonly columns: () => number | undefined;
  /** The time in milliseconds. */
  readonly now: () => number;
}

/** From this size in bytes on, sizes are shown in megabytes, below in kilobytes. */
const MEGABYTE = 1e6;

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Formats one line: bytes, percentage, and, unless `speed` (bytes per second) is 0, the speed and the time left. */
export function describeTransfer(name: string, size: number, bytes: number, speed: number): string {
  const [unit, scale] = size < MEGABYTE ? ["kB", 1e3] : ["MB", MEGABYTE];
  const scaled = (count: number): string => (count / scale).toFixed(1);
  const percent = size === 0 ? 100 : Math.floor((100 * bytes) / size);
  const line = `${name}  ${scaled(bytes)} of ${scaled(size)} ${unit}  ${percent} %`;
  if (speed === 0) return line;
  const left = bytes < size ? `  ${clock((size - bytes) / speed)} left` : "";
  return `${line}  ${scaled(speed)} ${unit}/s${left}`;
}

/** Measures bytes per second since the newest sample older than the window, or since the first sample; 0 with a single sample. */
function speedMeter(now: () => number) {
  let samples: readonly { readonly at: number; readonly bytes: number }[] = [];
  return (bytes: number): number => {
    const at = now();
    const begin = samples.findLastIndex((sample) => at - sample.at > SPEED_WINDOW_MS);
    samples = [...samples.slice(Math.max(0, begin)), { at, bytes }];
    const [oldest] = samples;
    if (oldest === undefined || at === oldest.at || bytes < oldest.bytes) return 0;
    return ((bytes - oldest.bytes) * 1000) / (at - oldest.at);
  };
}

/** Creates a log that redraws one line on a terminal and prints separate lines elsewhere. */
export function createTransferLog({ write, columns, now }: LogOptions): TransferLog {
  let file = { name: "", size: 0, bytes: 0, speed: speedMeter(now) };
  let [drawnAt, drawnTenth] = [0, 0];
  const draw = (): void => {
    const line = describeTransfer(file.name, file.size, file.bytes, file.speed(file.bytes));
    const width = columns();
    // Truncated, because a wrapped line cannot be overwritten; then the rest of a longer previous line is erased.
    write(width === undefined ? `${line}\n` : `\r${line.slice(0, width - 1)}\u001B[K`);
  };
  const tenth = (): number => Math.floor((LINES_PER_FILE * file.bytes) / Math.max(1, file.size));
  const isDue = (): boolean =>
    columns() === undefined ? tenth() > drawnTenth && file.bytes < file.size : now() - drawnAt >= REDRAW_MS;
  return {
    begin: (name, size, bytes) => {
      file = { name, size, bytes, speed: speedMeter(now) };
      [drawnAt, drawnTenth] = [now(), tenth()];
      file.speed(bytes);
    },
    advance: (bytes) => {
      file = { ...file, bytes };
      if (!isDue()) return;
      [drawnAt, drawnTenth] = [now(), tenth()];
      draw();
    },
    note: (text) => write(columns() === undefined ? `${text}\n` : `\r${text}\u001B[K\n`),
    end: () => {
      draw();
      if (columns() !== undefined) write("\n");
    },
  };
}

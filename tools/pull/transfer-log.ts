/** How often the line on a terminal is drawn again, in milliseconds. */
const REDRAW_MS = 100;

/** The speed is that of the last so many milliseconds: long enough to be steady, short enough to notice a stall. */
const SPEED_WINDOW_MS = 5000;

/** Where there is no terminal, one line for each tenth of a file. */
const LINES_PER_FILE = 10;

/** Tells a person how a download goes on. */
export interface TransferLog {
  /** A file begins, with `bytes` of `size` already there. */
  readonly begin: (name: string, size: number, bytes: number) => void;
  readonly advance: (bytes: number) => void;
  /** A line of its own: something went wrong and is tried again. */
  readonly note: (text: string) => void;
  readonly end: () => void;
}

/** Where and when the log is written. */
export interface LogOptions {
  readonly write: (text: string) => void;
  /** Characters in a terminal's line; undefined where it is no terminal. */
  readonly columns: () => number | undefined;
  /** In milliseconds. */
  readonly now: () => number;
}

/** From this size on in megabytes, below in kilobytes. */
const MEGABYTE = 1e6;

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** One line: bytes, percentage, and, where `speed` (bytes a second) is known, megabytes a second and time left. */
export function describeTransfer(name: string, size: number, bytes: number, speed: number): string {
  const [unit, scale] = size < MEGABYTE ? ["kB", 1e3] : ["MB", MEGABYTE];
  const scaled = (count: number): string => (count / scale).toFixed(1);
  const percent = size === 0 ? 100 : Math.floor((100 * bytes) / size);
  const line = `${name}  ${scaled(bytes)} of ${scaled(size)} ${unit}  ${percent} %`;
  if (speed === 0) return line;
  const left = bytes < size ? `  ${clock((size - bytes) / speed)} left` : "";
  return `${line}  ${scaled(speed)} ${unit}/s${left}`;
}

/** Bytes a second since the last sample that is older than the window, or the first one; 0 while there is one only. */
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

/** A line that is drawn over itself on a terminal, lines one below the other elsewhere. */
export function createTransferLog({ write, columns, now }: LogOptions): TransferLog {
  let file = { name: "", size: 0, bytes: 0, speed: speedMeter(now) };
  let [drawnAt, drawnTenth] = [0, 0];
  const draw = (): void => {
    const line = describeTransfer(file.name, file.size, file.bytes, file.speed(file.bytes));
    const width = columns();
    // A line that wraps could not be drawn over; what a longer one left is erased.
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

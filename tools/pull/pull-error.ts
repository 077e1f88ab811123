/** The hub, the network or the disk did not do its part: the message says what happened and what to do. */
export class PullError extends Error {
  override readonly name = "PullError";
}

/** An attempt failed in a way that the next one may not. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** Milliseconds that the server asks to be left alone. */
  readonly afterMs: number;

  constructor(message: string, afterMs = 0) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** The server now has another file under the same address than it had when the download began. */
export class FileChanged extends Error {
  override readonly name = "FileChanged";
}

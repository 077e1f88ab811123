import { Failure } from "../run-command.ts";

/** A failure of the hub, the network or the disk. The message says what happened and what to do. */
export class PullError extends Failure {
  override readonly name = "PullError";
}

/** A failed attempt; the next one may succeed. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** Milliseconds that the server asks to wait before the next attempt. */
  readonly afterMs: number;

  constructor(message: string, afterMs = 0) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** The file at this address has changed since the download began. */
export class FileChanged extends Error {
  override readonly name = "FileChanged";
}

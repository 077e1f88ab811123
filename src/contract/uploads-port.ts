/** A new handle, and the signature with which its file may be sent. */
export interface NewUpload {
  readonly handle: string;
  readonly signature: string;
}

/** A file as it arrives. */
export interface ArrivingFile {
  readonly bytes: ReadableStream<Uint8Array>;
  /** Its declared length, in bytes. */
  readonly length: number;
  /** Ends the transfer with its reason. */
  readonly signal: AbortSignal;
}

/** Files that are uploaded before they are asked about. All methods throw `Problem`. */
export interface Uploads {
  /** Makes a handle for an owner, which is an account or, where there are none, an empty text. Nothing is stored. */
  prepare(owner: string): Promise<NewUpload>;
  /** Stores the file of a handle; a second file replaces the first. */
  put(upload: NewUpload, file: ArrivingFile): Promise<void>;
  /** Reads the file of a handle of this owner. */
  read(handle: string, owner: string): Promise<Uint8Array<ArrayBuffer>>;
}

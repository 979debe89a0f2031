/**
 * One file of the journal: written at its end, read from its front, deleted when it is done with.
 *
 * Nothing in it is ever changed, so a process may be killed at any byte: what was written is there.
 */
import {
  close,
  constants,
  fdatasync,
  fstat,
  fstatSync,
  openSync,
  read,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { promisify } from "node:util";

import { type JournalLine, parseLine } from "./journal-line.ts";

/** As much as is read at once, unless a line is longer. */
const PIECE_BYTES = 64 * 1024;
const LINE_END = 0x0a;

const APPEND = constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | constants.O_RDWR;
/** The rows name brands and users: nobody else's business. */
const OWNER_ONLY = 0o600;

const readAt = promisify(read);
const syncData = promisify(fdatasync);
const stat = promisify(fstat);

export class Segment {
  readonly path: string;
  /** Rows in it that are not acknowledged. */
  rows = 0;
  /** When the call of the oldest of them ended, or earlier, in ms since the Unix epoch. */
  oldestAtMs: number | undefined;
  #bytes: number;
  #sealed = false;
  /** Whoever makes it undefined closes it. */
  #fd: number | undefined;
  #isReading = false;
  /** Of what is not read yet. */
  #offset = 0;

  private constructor(path: string, bytes: number) {
    this.path = path;
    this.#bytes = bytes;
  }

  /** A new file. @throws Node's error when it can't be made. */
  static create(path: string): Segment {
    const segment = new Segment(path, 0);
    segment.#fd = openSync(path, APPEND, OWNER_ONLY);
    return segment;
  }

  /** A file that nobody writes to any more. @throws Node's error when it isn't there. */
  static existing(path: string): Segment {
    const segment = new Segment(path, statSync(path).size);
    segment.#sealed = true;
    return segment;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** True when nothing will be appended. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /** True when others deleted the file, which can be read until it is let go. */
  get isDeleted(): boolean {
    return this.#fd !== undefined && fstatSync(this.#fd).nlink === 0;
  }

  /** True when all that is in it now was read. */
  get isRead(): boolean {
    return this.#offset >= this.#bytes;
  }

  /**
   * Hands `text` to the operating system, which keeps it whatever becomes of this process.
   *
   * @throws Node's error when it is not taken whole.
   */
  append(text: string): void {
    const fd = this.#fd;
    if (fd === undefined || this.#sealed) throw new Error(`Expected ${this.path} to be open`);
    const taken = writeSync(fd, text); // not as a Buffer, which costs a quarter more
    this.#bytes += taken;
    if (taken < Buffer.byteLength(text)) this.#appendRest(fd, Buffer.from(text).subarray(taken));
  }

  /** A disk that is nearly full takes a part. What is left torn costs that line alone. */
  #appendRest(fd: number, rest: Uint8Array): void {
    const taken = writeSync(fd, rest);
    this.#bytes += taken;
    if (taken < rest.length) this.#appendRest(fd, rest.subarray(taken));
  }

  /** Brings what was appended to the disk. Resolves to false when the file was deleted meanwhile. */
  async sync(): Promise<boolean> {
    const fd = this.#fd;
    if (fd === undefined || this.#sealed) return true;
    await syncData(fd);
    return this.#sealed || (await stat(fd)).nlink > 0;
  }

  /**
   * Nothing will be appended. Until it is read it takes no file descriptor.
   *
   * @param keepOpen So that it can be read although it was deleted.
   */
  seal({ keepOpen = false }: { readonly keepOpen?: boolean } = {}): void {
    const fd = this.#fd;
    this.#sealed = true;
    if (fd === undefined) return;
    fdatasync(fd, () => {
      if (fd === this.#fd && this.#offset === 0 && !keepOpen) this.#letGo();
    });
  }

  /**
   * The intact lines of the next piece, oldest first; none at the end of what there is now. Not to
   * be called again before it is settled.
   *
   * @throws Node's error when the file is gone or can't be read.
   */
  async read(): Promise<readonly JournalLine[]> {
    if (this.isRead) return [];
    const fd = (this.#fd ??= openSync(this.path, constants.O_RDONLY));
    this.#isReading = true;
    try {
      const piece = await this.#nextPiece(fd, PIECE_BYTES);
      this.#offset += piece.length;
      const texts = piece.toString("utf8").split("\n");
      return texts.flatMap((text) => (text === "" ? [] : (parseLine(text) ?? [])));
    } finally {
      this.#isReading = false;
      if (fd !== this.#fd) release(fd);
    }
  }

  /** Leaves what is not read yet unread. */
  skipRest(): void {
    this.#offset = this.#bytes;
  }

  /** Will be read from the first line on, once more. */
  rewind(): void {
    this.#offset = 0;
    this.#letGo();
  }

  remove(): void {
    this.#sealed = true;
    this.#letGo();
    try {
      unlinkSync(this.path);
    } catch {
      // It is gone, or stays: whoever reads it next finds rows that are stored already.
    }
  }

  #letGo(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined && !this.#isReading) release(fd); // else by `read`, when it is done with it
  }

  /** Whole lines, as many as go into `maxBytes`; a line that is longer than that, whole as well. */
  async #nextPiece(fd: number, maxBytes: number): Promise<Buffer> {
    const left = this.#bytes - this.#offset;
    const wanted = Math.min(maxBytes, left);
    const { buffer, bytesRead } = await readAt(fd, Buffer.alloc(wanted), 0, wanted, this.#offset);
    if (bytesRead === 0) this.#bytes = this.#offset; // somebody cut it short
    const read = buffer.subarray(0, bytesRead);
    const end = bytesRead === left ? left : read.lastIndexOf(LINE_END) + 1;
    if (end > 0) return read.subarray(0, end);
    return bytesRead < wanted ? read : this.#nextPiece(fd, maxBytes * 2);
  }
}

/** Closes it, and lets the app live if that fails. */
function release(fd: number): void {
  close(fd, () => undefined);
}

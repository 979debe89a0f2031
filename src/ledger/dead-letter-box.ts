/**
 * Where dead letters lie until somebody has seen to them: a directory that the processes of an app
 * share, with a file for each.
 *
 * A file of its own is added, mended and taken away without a thought for the others, or for a
 * process that adds more meanwhile.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { errorCodeOf } from "../base/errors.ts";
import { formatLetter, letterName, type Refusal } from "./dead-letter.ts";

/** About 20 MB. */
const MAX_LETTERS = 10_000;
/** Others add letters too: after so many of our own all are counted again. */
const COUNT_AFTER = 100;
/** The rows name brands and users: nobody else's business. */
const OWNER_ONLY = 0o600;

export class DeadLetterBox {
  readonly directory: string;
  readonly #maxLetters: number;
  /** Letters that may be added before all are counted. */
  #room = 0;

  /** @param dataDir The directory is `dead-letters` in it, made with the first letter. */
  constructor(dataDir: string, maxLetters: number = MAX_LETTERS) {
    this.directory = join(dataDir, "dead-letters");
    this.#maxLetters = maxLetters;
  }

  /**
   * Puts a row in, unless it is there already. It is on the disk when this resolves.
   *
   * @throws Node's error when it can't be written; an Error when there is no room.
   */
  async put(row: string, refusal: Refusal): Promise<void> {
    const path = join(this.directory, letterName(row));
    if (await isThere(path)) return;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await this.#takeRoom();
    const draft = `${path}.${process.pid}.new`;
    try {
      await writeToDisk(draft, formatLetter(row, refusal));
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await syncDirectory(this.directory);
  }

  /** The names of the letters. */
  async names(): Promise<readonly string[]> {
    const entries = await readdir(this.directory).catch((error: unknown) => {
      if (errorCodeOf(error) === "ENOENT") return [];
      throw error;
    });
    return entries.filter((name) => name.endsWith(".jsonl")).sort();
  }

  /** @throws Node's error when it can't be read. */
  async read(name: string): Promise<string> {
    return readFile(join(this.directory, name), "utf8");
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.directory, name), { force: true });
  }

  async #takeRoom(): Promise<void> {
    if (this.#room === 0) {
      const letters = (await this.names()).length;
      this.#room = Math.min(COUNT_AFTER, Math.max(0, this.#maxLetters - letters));
    }
    if (this.#room === 0) throw new Error(`${this.#maxLetters} rows lie there already`);
    this.#room -= 1;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writeToDisk(path: string, text: string): Promise<void> {
  const file = await open(path, "w", OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** So that the new name outlives a power cut, as what it names does. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return; // opens no directories
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

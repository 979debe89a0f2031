/**
 * Lines that stay, and below them a block that is drawn again in its place. Where the output is no
 * terminal, the block is printed as often as it is drawn.
 */

/** What is needed of `process.stdout`. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const ESC = "\u001b[";
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
const CLEAR_BELOW = `${ESC}0J`;

export interface Size {
  readonly lines: number;
  readonly columns: number;
}

export class Screen {
  readonly #output: Output;
  /** Lines of the block that stands on the terminal now. */
  #drawn: readonly string[] = [];
  #cursorHidden = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether a block takes the place of the one before. */
  get redraws(): boolean {
    return this.#output.isTTY === true;
  }

  /** What a block may take. One line more would scroll, and could not be drawn over. */
  get size(): Size {
    if (!this.redraws) return { lines: Infinity, columns: Infinity };
    return { lines: (this.#output.rows ?? 24) - 1, columns: this.#output.columns ?? 80 };
  }

  /** Prints a line above the block. */
  say(line: string): void {
    const block = this.#drawn;
    this.#output.write(`${this.#erase()}${line}\n${block.map((one) => `${one}\n`).join("")}`);
    this.#drawn = block;
  }

  /**
   * @param paint Colours a line, on a terminal only. It comes last, since colours have no width but
   *   would count as if they had.
   */
  draw(lines: readonly string[], paint: (line: string) => string): void {
    if (!this.redraws) {
      this.#output.write(`\n${lines.join("\n")}\n`);
      return;
    }
    const size = this.size;
    const block = lines.slice(0, size.lines).map((line) => paint(line.slice(0, size.columns)));
    const hide = this.#cursorHidden ? "" : HIDE_CURSOR;
    this.#cursorHidden = true;
    this.#output.write(`${hide}${this.#erase()}${block.map((line) => `${line}\n`).join("")}`);
    this.#drawn = block;
  }

  /** Leaves the last block where it is, and gives the terminal back as it was. */
  close(): void {
    if (this.#cursorHidden) this.#output.write(SHOW_CURSOR);
    this.#cursorHidden = false;
    this.#drawn = [];
  }

  #erase(): string {
    const { length } = this.#drawn;
    this.#drawn = [];
    return length === 0 ? "" : `\r${ESC}${length}A${CLEAR_BELOW}`;
  }
}

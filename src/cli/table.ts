/** Rows of text, aligned for a terminal. */

/** East Asian characters that terminals give two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;
/** Marks that stand on the character before them. */
const NARROW = /\p{M}/gu;
const GAP = "  ";

/** A column of a table: its title, and where its cells stand. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: "left" | "right";
}

/** A head, a rule below it, and the rows. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(({ title }) => title);
  const rights = columns.map(({ align }) => align === "right");
  const lines = alignedRows([head, ...rows], rights);
  const width = Math.max(...lines.map(columnsOf));
  return [lines[0] ?? "", "─".repeat(width), ...lines.slice(1)].join("\n");
}

/** One line a row, its cells in columns; those in `rights` stand at the right. */
export function alignedRows(
  rows: readonly (readonly string[])[],
  rights: readonly boolean[] = [],
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, columnsOf(cell))));
  }
  return rows.map((row) =>
    row
      .map((cell, at) => {
        const padding = " ".repeat((widths[at] ?? 0) - columnsOf(cell));
        return rights[at] === true ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

/**
 * Decimal texts with as many places as the longest of them, and two at least: `1.5` is `1.50`. An
 * empty one, of what is not known, stays empty.
 */
export function sameDecimals(decimals: readonly string[]): readonly string[] {
  const places = Math.max(2, ...decimals.map((decimal) => fractionOf(decimal).length));
  return decimals.map((decimal) => {
    if (decimal === "") return "";
    const fraction = fractionOf(decimal);
    const whole = fraction === "" ? decimal : decimal.slice(0, -fraction.length - 1);
    return `${whole}.${fraction.padEnd(places, "0")}`;
  });
}

function fractionOf(decimal: string): string {
  return decimal.split(".")[1] ?? "";
}

/** How many columns of a terminal a text takes. */
function columnsOf(text: string): number {
  const characters = Array.from(text.replace(NARROW, "")).length;
  return characters + (text.match(WIDE)?.length ?? 0);
}

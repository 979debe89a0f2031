/** Counts as every table writes them. */

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** `1234567` is `1 234 567`: no decimal sign in any language. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
}

/** `2 calls`, `1 call`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `1.2 GB`, in powers of 1000. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** What the cost beside it leaves out: `+ 2 calls unpriced`, or nothing. */
export function unpricedNote(requests: number): string {
  return requests === 0 ? "" : `+ ${counted(requests, "call")} unpriced`;
}

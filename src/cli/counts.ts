/** Counts as every table writes them. */

/** `1234567` is `1 234 567`: no decimal sign in any language. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, " ");
}

/** `2 calls`, `1 call`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the cost beside it leaves out: `+ 2 calls unpriced`, or nothing. */
export function unpricedNote(requests: number): string {
  return requests === 0 ? "" : `+ ${counted(requests, "call")} unpriced`;
}

/** What PromQL's `increase()` says of a counter, and what it is blind to. */

/**
 * What was counted in the window, by `label`, when it is more than nothing. `increase()` sees no call
 * that a series is born with, so what series show that are younger than the window is asked too. A gap
 * of scrapes that is shorter than the window makes no series young.
 */
export function sumOrBorn(label: string, counter: string, window: string): string {
  return `sum by (${label}) (increase(${counter}[${window}])) > 0
or
sum by (${label}) (${counter} unless last_over_time(${counter}[${window}] offset ${window})) > 0`;
}

/**
 * Whether several accounts of the same usage agree. All values are text, so that agreeing means to
 * the last digit.
 */

/** What one account says of one group: `{ requests: "12", "cost USD": "0.0375" }`. */
export type Facts = Readonly<Record<string, string>>;

/** One account of the usage: the ledger's, say. */
export interface Account {
  readonly name: string;
  /** By group: `aurora-hotels, gemini-3.8-flash`. */
  readonly groups: ReadonlyMap<string, Facts>;
}

export interface Check {
  readonly passed: boolean;
  /** What was found, in one line. */
  readonly line: string;
}

/** Checks that belong together. */
export interface Comparison {
  readonly title: string;
  readonly checks: readonly Check[];
}

const NOTHING = "nothing";

/** A check for each group that any of the accounts has. */
export function compare(accounts: readonly Account[]): Comparison {
  const title = accounts.map(({ name }) => name).join(" = ");
  const groups = new Set(accounts.flatMap((account) => [...account.groups.keys()]));
  // Accounts that are all empty agree, and show nothing.
  if (groups.size === 0) return { title, checks: [{ passed: false, line: "nothing to compare" }] };
  return { title, checks: [...groups].toSorted().map((group) => checkOf(group, accounts)) };
}

function checkOf(group: string, accounts: readonly Account[]): Check {
  const faults = faultsIn(group, accounts);
  if (faults.length > 0) return { passed: false, line: `${group}: ${faults.join("; ")}` };
  const facts = Object.entries(accounts[0]?.groups.get(group) ?? {});
  const said = facts.map(([fact, value]) => `${fact} ${value}`).join(", ");
  return { passed: true, line: `${group}: ${said}` };
}

function faultsIn(group: string, accounts: readonly Account[]): readonly string[] {
  const facts = new Set(accounts.flatMap(({ groups }) => Object.keys(groups.get(group) ?? {})));
  return [...facts].flatMap((fact) => {
    const values = accounts.map(({ groups }) => groups.get(group)?.[fact] ?? NOTHING);
    if (values.every((value) => value === values[0])) return [];
    const said = accounts.map(({ name }, at) => `${name} says ${values[at]}`);
    return [`of ${fact}, ${said.join(", ")}`];
  });
}

/** Says each check in a line. @returns The exit code: 1 when any failed. */
export function report(comparisons: readonly Comparison[], say: (line: string) => void): number {
  for (const { title, checks } of comparisons) {
    say(`\n${title}`);
    for (const { passed, line } of checks) say(`  ${passed ? "✓" : "✗"} ${line}`);
  }
  const checks = comparisons.flatMap((comparison) => comparison.checks);
  const failed = checks.filter(({ passed }) => !passed).length;
  say(
    failed === 0
      ? `\nAll ${checks.length} checks hold`
      : `\n${failed} of ${checks.length} checks FAILED`,
  );
  return failed === 0 ? 0 : 1;
}

/**
 * Variables that look like options and are none: most often a slip in a name, whose option then has its
 * default without a word. Never a fault, since a newer version may know them and an older one must run.
 */
import { type Environment, isServiceAddress } from "./option-reader.ts";
import { ENVIRONMENT } from "./options.ts";

const PREFIX = "SPENDSPAN_";
/** Kubernetes' too, beside a Service whose name begins so: `…_SERVICE_HOST`, `…_PORT_9464_TCP_ADDR`. */
const OF_A_SERVICE = /_SERVICE_(?:HOST|PORT(?:_\w+)?)$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?$/;
/** More than so many slips, or one in three letters, make another name. */
const MAX_SLIPS = 3;

/** What to say of variables that are set and read by nobody, a sentence each. Values are not shown. */
export function strayVariables(environment: Environment): readonly string[] {
  const known = Object.values(ENVIRONMENT).filter((name) => name !== undefined);
  const strays = Object.entries(environment).filter(
    ([name, value = ""]) =>
      name.startsWith(PREFIX) &&
      !known.includes(name) &&
      value.trim() !== "" &&
      !OF_A_SERVICE.test(name) &&
      !isServiceAddress(value),
  );
  return strays.map(([name]) => {
    const near = nearest(name, known);
    const hint = near === undefined ? "" : `: did you mean \`${near}\`?`;
    return `The variable \`${name}\` is unknown, and passed over${hint}`;
  });
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const letters = name.length - PREFIX.length;
  const most = Math.min(MAX_SLIPS, Math.floor(letters / 3));
  const slips = known.map((each) => slipsBetween(name, each, most));
  const fewest = Math.min(...slips);
  return fewest <= most ? known[slips.indexOf(fewest)] : undefined;
}

/** How many letters were changed, left out, added or swapped with their neighbour; if over `most`, Infinity. */
function slipsBetween(one: string, other: string, most: number): number {
  if (most < 0) return Infinity;
  if (one === other) return 0;
  const [a, b] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return slipsBetween(a, b, most);
  const isSwapped = one[0] === other[1] && one[1] === other[0];
  return (
    1 +
    Math.min(
      slipsBetween(a, b, most - 1),
      slipsBetween(a, other, most - 1),
      slipsBetween(one, b, most - 1),
      isSwapped ? slipsBetween(a.slice(1), b.slice(1), most - 1) : Infinity,
    )
  );
}

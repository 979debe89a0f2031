/**
 * The variants side by side: each in a process of its own, all taking turns in random order, so that
 * whatever else the machine does falls on all of them alike.
 */
import { Child } from "./child.ts";
import type { Transport } from "./calls.ts";
import type { Contestant } from "./contestant.ts";
import { type Spread, spreadOf } from "./spread.ts";
import type { Shape, VariantName } from "./variant.ts";

export interface ComparisonOptions {
  readonly transport: Transport;
  readonly databaseUrl: string;
  readonly variants: readonly VariantName[];
  readonly rounds: number;
  readonly callsARound: number;
}

/** CPU time of one variant and shape, in microseconds a call. */
export interface Cost {
  readonly variant: VariantName;
  readonly shape: Shape;
  readonly callUs: Spread;
  /** What a call leaves to be done behind it, such as its row. */
  readonly settlingUs: Spread;
}

/** V8 compiles for some 12,000 calls; until then each costs half as much again, the floor's too. */
const WARM_UP_ROUNDS = 60;

export async function compare(shape: Shape, options: ComparisonOptions): Promise<readonly Cost[]> {
  const { variants, transport, databaseUrl, rounds, callsARound: calls } = options;
  await using stack = new AsyncDisposableStack();
  const contestants = variants.map((variant) => {
    const setting = { variant, transport, databaseUrl };
    const child = stack.use(new Child<Contestant>("./contestant.ts", setting));
    return { variant, child, callUs: [] as number[], settlingUs: [] as number[] };
  });
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const { child, callUs, settlingUs } of shuffled(contestants)) {
      const times = await child.call("cpuTimes", { shape, calls });
      if (round < 0) continue;
      callUs.push(times.callsUs / calls);
      settlingUs.push(times.settlingUs / calls);
    }
  }
  return contestants.map(({ variant, callUs, settlingUs }) => ({
    variant,
    shape,
    callUs: spreadOf(callUs),
    settlingUs: spreadOf(settlingUs),
  }));
}

function shuffled<T>(values: readonly T[]): readonly T[] {
  return values
    .map((value) => ({ value, rank: Math.random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
}

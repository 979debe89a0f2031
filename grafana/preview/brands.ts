/** Whose calls the boards show: brands as a company might have them, and what would make a board ugly. */
import type { Picodollars } from "../../src/base/money.ts";
import { SCRAPE_MS, type SimulatedBrand } from "../../test/grafana/simulated-calls.ts";
import * as work from "./work.ts";

const USD = 1_000_000_000_000n;
const HOURS_PER_STEP = SCRAPE_MS / 3_600_000;
const [SATURDAY, SUNDAY] = [6, 0];

interface Course {
  readonly brand: string;
  readonly timeZone?: string;
  /** For a month, in US dollars. */
  readonly budget?: bigint;
  /** Calls between two scrapes, in the middle of a working day at the beginning. */
  readonly calls: number;
  /** By how much of it that is more at the end of the month. */
  readonly growth?: number;
  readonly does: readonly work.Work[];
}

const { CHAT, EXTRACT, IMAGE, REPORT, SEARCH } = work;

/** Of which one budget lasts, some do not, and one brand has none. */
export const COMPANY: readonly SimulatedBrand[] = [
  brand({
    brand: "acme",
    timeZone: "Europe/Berlin",
    budget: 1_200n,
    calls: 7,
    growth: 0.2,
    does: [CHAT, CHAT, SEARCH, REPORT, CHAT, EXTRACT],
  }),
  brand({
    brand: "globex",
    timeZone: "America/New_York",
    budget: 600n,
    calls: 4,
    growth: -0.2,
    does: [CHAT, IMAGE, EXTRACT],
  }),
  brand({
    brand: "hooli",
    budget: 400n,
    calls: 2.6,
    growth: 0.6,
    does: [REPORT, SEARCH, SEARCH, CHAT],
  }),
  brand({ brand: "initech", calls: 1.5, growth: 1, does: [EXTRACT, EXTRACT, CHAT] }),
  brand({
    brand: "umbrella",
    timeZone: "Asia/Tokyo",
    budget: 150n,
    calls: 1.8,
    does: [SEARCH, CHAT, EXTRACT],
  }),
];

/** It has spent more than it may. */
export const ONE_BRAND: readonly SimulatedBrand[] = [
  brand({ brand: "acme", budget: 375n, calls: 2, does: [CHAT, REPORT] }),
];

/** Some with names as long as names get, some without a budget. */
export const THIRTY_BRANDS: readonly SimulatedBrand[] = Array.from({ length: 30 }, (_, index) => ({
  ...brand({
    brand: index % 7 === 3 ? `subsidiary-of-a-subsidiary-no-${index}` : `brand-${index}`,
    calls: 0.05 + index * 0.02,
    growth: (index % 5) / 5 - 0.4,
    does: [CHAT, EXTRACT, SEARCH],
  }),
  budget: index % 5 === 4 ? undefined : BigInt(3 + index * 3) * USD,
}));

/** A call costs $0.000123. */
export const SMALL_SUMS: readonly SimulatedBrand[] = [
  costing(123_000_000n, brand({ brand: "acme", budget: 1n, calls: 0.003, does: [CHAT] })),
];

/** About $12,345,678 in the month. */
export const LARGE_SUMS: readonly SimulatedBrand[] = [
  costing(1_150n * USD, brand({ brand: "acme", budget: 12_000_000n, calls: 1, does: [CHAT] })),
  costing(1_150n * USD, brand({ brand: "globex", budget: 9_000_000n, calls: 1, does: [REPORT] })),
];

function brand({
  timeZone = "UTC",
  budget,
  calls,
  growth = 0,
  does,
  ...rest
}: Course): SimulatedBrand {
  return {
    ...rest,
    timeZone,
    budget: budget === undefined ? undefined : budget * USD,
    callsAt: (step) => {
      // The part of a call that is left over is one now and then.
      const nowAndThen = (step * 0.618_034) % 1;
      return Math.floor(calls * activityAt(step, growth) + nowAndThen);
    },
    callOf: (number) => work.callOf(number, does[number % does.length] ?? CHAT),
  };
}

/** Calls that cost anything all cost this. */
function costing(cost: Picodollars, one: SimulatedBrand): SimulatedBrand {
  return {
    ...one,
    callOf: (number) => {
      const call = one.callOf(number);
      return call.cost ? { ...call, cost } : call;
    },
  };
}

/** A share of `calls`: the month begins at noon of a Friday, nights are quiet, and so are weekends. */
function activityAt(step: number, growth: number): number {
  const hours = 12 + step * HOURS_PER_STEP;
  const days = Math.floor(hours / 24);
  const weekday = (5 + days) % 7;
  const isWeekend = weekday === SATURDAY || weekday === SUNDAY;
  const byHour = 0.55 + 0.45 * Math.cos(((hours - 14) / 24) * 2 * Math.PI);
  return byHour * (isWeekend ? 0.55 : 1) * (1 + (growth * days) / 25);
}

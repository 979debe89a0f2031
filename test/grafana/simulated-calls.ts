/**
 * The calls of a month, as they would come: by day more than by night, some failing, some without a
 * price, and a brand that is new after half of it. What they cost is known to the picodollar.
 */
import type { Picodollars } from "../../src/base/money.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { aRecord, NOON_MS } from "../support/record.ts";

export const SCRAPE_MS = 240_000;
const DAY_MS = 86_400_000;
/** Noon in UTC, on the 30th of October and the 24th of November; New York's clocks change between. */
export const FROM_MS: number = NOON_MS - 25 * DAY_MS;
export const TO_MS: number = NOON_MS;
/** In the middle of the week before. */
const NEW_BRAND_FROM_MS = NOON_MS - 10 * DAY_MS;

const STEPS_PER_DAY = DAY_MS / SCRAPE_MS;
const CALL_PHASE_MS = 7_000;

export interface SimulatedBrand {
  readonly brand: string;
  readonly timeZone: string;
  /** For a month; undefined: none. */
  readonly budget: Picodollars | undefined;
  readonly callsAt: (step: number) => number;
  /** What a call is but for its brand and its time; all of a month have numbers of their own. */
  readonly callOf: (number: number) => Partial<UsageRecord>;
}

export const BRANDS: readonly SimulatedBrand[] = [
  {
    brand: "acme",
    timeZone: "Europe/Berlin",
    // It spends about $42 a day, so this lasts for 26 of 30.
    budget: 1_100_000_000_000_000n,
    callsAt: (step) => (isDay(step) ? 4 : 1),
    callOf: commonCall,
  },
  {
    brand: "globex",
    timeZone: "America/New_York",
    budget: 900_000_000_000_000n,
    callsAt: (step) => (step % 3 === 0 ? 1 : 0),
    callOf: commonCall,
  },
  {
    brand: "initech",
    timeZone: "UTC",
    budget: undefined,
    callsAt: (step) => (FROM_MS + step * SCRAPE_MS >= NEW_BRAND_FROM_MS && step % 10 === 0 ? 1 : 0),
    callOf: commonCall,
  },
];

/** Calls that end between the scrape before `step` and that one. */
export function callsAt(
  step: number,
  brands: readonly SimulatedBrand[] = BRANDS,
): readonly UsageRecord[] {
  const startedAtMs = FROM_MS + (step - 1) * SCRAPE_MS + CALL_PHASE_MS;
  return brands.flatMap(({ brand, callsAt: count, callOf }) =>
    Array.from({ length: count(step) }, (_, index) =>
      aRecord({ ...callOf(step * 5 + index), brand, startedAtMs }),
    ),
  );
}

function commonCall(number: number): Partial<UsageRecord> {
  if (number % 41 === 7) return { status: "error", errorType: "429", cost: 0n };
  if (number % 97 === 11) return { status: "timeout", cost: 0n };
  if (number % 499 === 13) {
    return { model: "gemini-unheard-of", cost: undefined, priceStatus: "unpriced" };
  }
  const isExtract = number % 4 === 0;
  return {
    endpoint: isExtract ? "extract" : "chat",
    model: isExtract ? "gemini-2.5-pro" : "gemini-2.5-flash",
    tokens: { input: 900, cachedInput: 400, toolUse: 20, output: 200, thinking: 150 },
    // About five cents with a digit in each of the twelve places.
    cost: 50_000_000_123n + BigInt(number % 1_000) * 1_000_001n,
    durationMs: 300 + (number % 50) * 100,
    timeToFirstChunkMs: number % 2 === 0 ? 200 + (number % 7) * 40 : undefined,
  };
}

function isDay(step: number): boolean {
  const share = (step % STEPS_PER_DAY) / STEPS_PER_DAY;
  return share < 0.25 || share > 0.8;
}

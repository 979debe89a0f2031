/**
 * Money as whole picodollars (1e-12 USD), held in a bigint.
 *
 * List prices are quoted per million tokens to at most six decimals, so one token's price is always
 * a whole number of picodollars and sums never round.
 */
import { SpendspanError } from "./errors.ts";

/** Whole picodollars. $0.30 per million tokens is `300_000n` a token. */
export type Picodollars = bigint;

const DECIMALS = 12;
const PICODOLLARS_PER_DOLLAR = 10n ** BigInt(DECIMALS);
const DECIMAL_TEXT = /^(-?)(\d+)(?:\.(\d+))?$/;

/** `121_308_300_000n` is `"0.1213083"`: exact, no exponent, no trailing zeros. */
export function toUsdString(amount: Picodollars): string {
  const sign = amount < 0n ? "-" : "";
  const magnitude = amount < 0n ? -amount : amount;
  const whole = magnitude / PICODOLLARS_PER_DOLLAR;
  const fraction = (magnitude % PICODOLLARS_PER_DOLLAR).toString().padStart(DECIMALS, "0");
  const shown = fraction.replace(/0+$/, "");
  return shown === "" ? `${sign}${whole}` : `${sign}${whole}.${shown}`;
}

/**
 * `"0.1213083"` is `121_308_300_000n`. Zeros past the twelfth decimal are dropped.
 *
 * @throws SpendspanError `ERR_MONEY` when the text is no plain decimal or finer than a picodollar.
 */
export function fromUsdString(text: string): Picodollars {
  const match = DECIMAL_TEXT.exec(text);
  const fraction = (match?.[3] ?? "").replace(/0+$/, "");
  if (match === null || fraction.length > DECIMALS) {
    throw new SpendspanError(
      "ERR_MONEY",
      `Expected US dollars as a plain decimal of at most ${DECIMALS} places, got ${JSON.stringify(text)}`,
    );
  }
  const magnitude =
    BigInt(match[2] ?? "0") * PICODOLLARS_PER_DOLLAR + BigInt(fraction.padEnd(DECIMALS, "0"));
  return match[1] === "-" ? -magnitude : magnitude;
}

/** The nearest double, in dollars: for metrics and charts, which know nothing better. */
export function toUsdNumber(amount: Picodollars): number {
  return Number(toUsdString(amount));
}

/** List prices change: an app that was not updated for long is told so at its start. */
import type { Clock } from "./base/clock.ts";
import type { Logger } from "./base/logger.ts";
import type { PriceBook } from "./pricing/price-book.ts";

export function sayIfPricesAreOld(
  priceBook: PriceBook,
  maxAgeDays: number,
  clock: Clock,
  logger: Logger,
): void {
  const ageDays = priceBook.ageInDays(clock.now());
  if (ageDays <= maxAgeDays) return;
  logger.warn(
    `List prices were checked ${ageDays} days ago, on ${priceBook.version}: update spendspan, or give prices of your own`,
  );
}

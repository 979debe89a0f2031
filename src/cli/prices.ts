/** `spendspan prices`: what holds for a model at a moment, since when, and who says so. */
import { isoTimestamp, systemClock } from "../base/clock.ts";
import { shown } from "../base/error-text.ts";
import { SpendspanError } from "../base/errors.ts";
import { resolveConfig } from "../config/resolve.ts";
import { geminiPriceBook } from "../pricing/gemini-prices.ts";
import { PLATFORMS, TIERS } from "../pricing/list-price.ts";
import { familyOf, findModel, modelIdOf } from "../pricing/model-id.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { type PriceQuote, quoteOf, type QuoteQuery } from "../pricing/price-quote.ts";
import type { Command } from "./command.ts";
import type { Flags } from "./flags.ts";
import { priceListText, type PriceScope, priceText } from "./price-table.ts";

export const pricesCommand: Command = {
  name: "prices",
  summary: "Show the prices in force, or all that is known of one model's",
  argument: { name: "model", help: "As the API spells it (default: all models)" },
  flags: {
    at: {
      value: "<time>",
      help: "Day in UTC, or moment, 2027-01-01T00:00:00-08:00 (default: now)",
    },
    tier: { value: "<tier>", help: `One of ${TIERS.join(", ")} (default: standard)` },
    platform: { value: "<name>", help: `One of ${PLATFORMS.join(", ")} (default: gemini_api)` },
    json: { help: "Print as JSON" },
  },
  run: async (flags, terminal) => {
    const { priceTimeZone, prices } = resolveConfig({}, terminal.environment);
    const book = geminiPriceBook(priceTimeZone).with(prices);
    const query = queryOf(flags);
    const scope: PriceScope = {
      at: isoTimestamp(query.atMs),
      platform: query.platform,
      tier: query.tier,
      time_zone: book.timeZone,
      list_checked_on: book.version,
    };
    if (flags.argument === undefined) {
      const quotes = book.models.flatMap(({ id }) => quoteOf(book, { ...query, model: id }) ?? []);
      terminal.print(
        flags.isSet("json") ? jsonOf({ ...scope, prices: quotes }) : priceListText(scope, quotes),
      );
    } else {
      const quote = knownQuote(book, { ...query, model: flags.argument });
      terminal.print(
        flags.isSet("json") ? jsonOf({ ...scope, price: quote }) : priceText(scope, quote),
      );
    }
  },
};

function jsonOf(report: object): string {
  return JSON.stringify(report, undefined, 2);
}

function queryOf(flags: Flags) {
  return {
    atMs: flags.moment("at") ?? systemClock.now(),
    tier: flags.choice("tier", TIERS, "standard"),
    platform: flags.choice("platform", PLATFORMS, "gemini_api"),
  };
}

/** @throws SpendspanError `ERR_NO_PRICE`, with the names of models that are spelt alike. */
function knownQuote(book: PriceBook, query: QuoteQuery): PriceQuote {
  const quote = quoteOf(book, query);
  if (quote !== undefined) return quote;
  const { model, platform, atMs } = query;
  const where = `on ${platform} at ${isoTimestamp(atMs)}`;
  throw new SpendspanError(
    "ERR_NO_PRICE",
    `No price of ${shown(model)} ${where}${hint(book, model)}`,
  );
}

function hint({ models }: PriceBook, model: string): string {
  if (findModel(models, modelIdOf(model)) !== undefined) {
    return ", only at other times or on another platform";
  }
  const family = familyOf(models, modelIdOf(model));
  return family.length === 0 ? "" : `; there are ${family.join(", ")}`;
}

/** The user's own prices: those of a file, then those of the code, which win over them. */
import { readFileSync } from "node:fs";

import { scrubbed } from "../base/error-text.ts";
import { messageOf } from "../base/errors.ts";
import type { UserPrice } from "../pricing/user-price.ts";
import { isUserPrice } from "../pricing/user-price-rules.ts";
import type { Given, OptionReader } from "./option-reader.ts";

/** The file is read once, at start: a price that changes has dates. */
export function userPricesOf(read: OptionReader): readonly UserPrice[] {
  const file = read.given("pricesFile");
  const code = read.given("prices");
  return [
    ...(file === undefined ? [] : pricesIn(read, { ...file, value: contentOf(read, file) })),
    ...(code === undefined ? [] : pricesIn(read, code)),
  ];
}

function pricesIn(read: OptionReader, { name, value }: Given): readonly UserPrice[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    read.fault(`Expected \`${name}\` to be a list of prices`);
    return [];
  }
  const faults: string[] = [];
  const prices = value.filter((price: unknown, at) => isUserPrice(price, `${name}[${at}]`, faults));
  for (const fault of faults) read.fault(fault);
  return prices;
}

/** Undefined where it can't be read, which is then a fault. */
function contentOf(read: OptionReader, { name, value }: Given): unknown {
  if (typeof value !== "string") return undefined; // a fault by the option's own rule
  try {
    return JSON.parse(readFileSync(value, "utf8"));
  } catch (error) {
    const reason = scrubbed(messageOf(error));
    read.fault(`Expected \`${name}\` to name a JSON file that can be read: ${reason}`);
    return undefined;
  }
}

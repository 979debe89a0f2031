/**
 * What a user's price has to look like. It comes as JSON or from JavaScript, past the types, and a
 * misspelt field must not become a price that is silently too low: every fault is named by its path.
 */
import { isDay } from "../base/clock.ts";
import { shown } from "../base/error-text.ts";
import { fromUsdString } from "../base/money.ts";
import { eachOf, eitherOf, isRecord, keeping, listOf, recordOf, type Rules } from "../base/rule.ts";
import { MODALITIES } from "../usage/tokens.ts";
import { BESIDE_TOKENS } from "./item-rates.ts";
import { PLATFORMS, TIERS } from "./list-price.ts";
import { picodollarsPerToken } from "./rates.ts";
import type { UserPrice } from "./user-price.ts";

const MAX_TEXT_LENGTH = 256;

const TEXT = keeping(isText, `a text of 1 to ${MAX_TEXT_LENGTH} characters`);
const DATE = keeping(isDate, "a day as YYYY-MM-DD");
const AMOUNT = keeping(isAmount, 'US dollars as a text of at most 6 decimals, such as "0.25"');
const AMOUNTS = recordOf({
  default: AMOUNT,
  ...Object.fromEntries(MODALITIES.map((modality) => [modality, AMOUNT])),
});
const PIECE = keeping(isPiecePrice, 'US dollars as a text of at most 12 decimals, such as "0.04"');
const GROUNDING = eitherOf(PIECE, recordOf({ perPrompt: PIECE }, ["perPrompt"]));
const ITEMS = recordOf({
  google_search: GROUNDING,
  google_maps: GROUNDING,
  image: PIECE,
  video_second: eitherOf(PIECE, eachOf(PIECE)),
  song: PIECE,
});
const RATES: Rules = { input: rate, output: rate, cacheRead: rate };
const TIER: Rules = {
  ...RATES,
  cacheStoragePerHour: AMOUNT,
  above200k: recordOf(RATES, ["input"]),
};
/** What has no meaning without an input rate. */
const BESIDE_INPUT = ["output", "cacheRead", "cacheStoragePerHour", "above200k", "tiers"];
const OTHER_TIERS = TIERS.filter((tier) => tier !== "standard");
const PRICE = recordOf(
  {
    ...TIER,
    id: TEXT,
    aliases: listOf(TEXT),
    from: DATE,
    to: DATE,
    platforms: listOf(keeping(isPlatform, `one of ${PLATFORMS.join(", ")}`)),
    tiers: recordOf(
      Object.fromEntries(OTHER_TIERS.map((tier) => [tier, recordOf(TIER, ["input"])])),
    ),
    items: ITEMS,
    notes: keeping(isAnyText, "a text"),
  },
  ["id"],
);

/** True when `value` is a price; else its faults, under the name `path`, are added to `faults`. */
export function isUserPrice(value: unknown, path: string, faults: string[]): value is UserPrice {
  const found = [...PRICE(value, path), ...contradictions(value, path)];
  faults.push(...found);
  return found.length === 0;
}

/** What is right field by field, and can't be so together. */
function contradictions(value: unknown, path: string): readonly string[] {
  if (!isRecord(value)) return [];
  const { from, to, tiers, above200k } = value;
  const faults = [...withoutInput(value, path)];
  if (isDate(from) && isDate(to) && from >= to) {
    faults.push(`Expected \`${path}.to\` to be later than \`from\`, which is ${from}, got ${to}`);
  }
  for (const [name, tier] of Object.entries(isRecord(tiers) ? tiers : {})) {
    if (above200k !== undefined || !isRecord(tier) || tier["above200k"] === undefined) continue;
    // The rates of the standard tier decide whether there is such an edge.
    faults.push(`Expected \`${path}\` to have \`above200k\`, as its tier ${shown(name)} has`);
  }
  return faults;
}

/** What is billed by the piece alone needs no rate of tokens; all else does. */
function withoutInput(value: Readonly<Record<string, unknown>>, path: string): readonly string[] {
  if (value["input"] !== undefined) return [];
  const items = Object.keys(isRecord(value["items"]) ? value["items"] : {});
  const beside = [
    ...BESIDE_INPUT.filter((name) => value[name] !== undefined),
    ...items.filter((kind) => BESIDE_TOKENS.has(kind)).map((kind) => `items.${kind}`),
  ];
  if (beside.length > 0) {
    return [`Expected \`${path}\` to have \`input\`, as it has \`${beside[0]}\``];
  }
  return items.length > 0 ? [] : [`Expected \`${path}\` to have \`input\` or \`items\``];
}

function rate(value: unknown, path: string): readonly string[] {
  if (!isRecord(value)) return AMOUNT(value, path);
  if (Object.hasOwn(value, "default") || Object.hasOwn(value, "text")) return AMOUNTS(value, path);
  return [`Expected \`${path}\` to have \`default\` or \`text\``, ...AMOUNTS(value, path)];
}

function isAnyText(value: unknown): value is string {
  return typeof value === "string";
}

function isText(value: unknown): boolean {
  return isAnyText(value) && value !== "" && value.length <= MAX_TEXT_LENGTH;
}

function isDate(value: unknown): value is string {
  return isAnyText(value) && isDay(value);
}

function isPlatform(value: unknown): boolean {
  return PLATFORMS.some((platform) => platform === value);
}

function isPiecePrice(value: unknown): boolean {
  try {
    return isAnyText(value) && fromUsdString(value) >= 0n;
  } catch {
    return false;
  }
}

function isAmount(value: unknown): boolean {
  try {
    return isAnyText(value) && picodollarsPerToken(value) >= 0n;
  } catch {
    return false;
  }
}

/** Prices as tables. */
import type { PriceQuote, QuotedItem, QuotedRate, QuotedRates } from "../pricing/price-quote.ts";
import type { ItemKind } from "../usage/items.ts";
import { MODALITIES, type Modality } from "../usage/tokens.ts";
import { alignedRows, type Column, sameDecimals, table } from "./table.ts";

/** What was asked for. */
export interface PriceScope {
  readonly at: string;
  readonly platform: string;
  readonly tier: string;
  /** By whose midnights prices change. */
  readonly time_zone: string;
  readonly list_checked_on: string;
}

const KINDS = [
  { kind: "input", title: "Input" },
  { kind: "cached_input", title: "Cached input" },
  { kind: "output", title: "Output" },
] as const;

const ITEM_TITLES: Readonly<Record<ItemKind, string>> = {
  google_search: "Google Search",
  google_maps: "Google Maps",
  image: "Image",
  video_second: "Second of video",
  song: "Song",
  cache_token_second: "Cache storage",
};

/** A line a model, its output rate that of what it is made for; then those billed by the piece. */
export function priceListText(scope: PriceScope, quotes: readonly PriceQuote[]): string {
  const byToken = quotes.filter(({ rates }) => rates !== null);
  const byPiece = quotes.filter(({ rates }) => rates === null);
  return [
    `US dollars per million tokens ${scopeOf(scope)}`,
    "",
    rateListTable(byToken),
    "",
    ...(byPiece.length === 0 ? [] : ["US dollars a piece", "", itemListTable(byPiece), ""]),
    checkedLine(scope),
  ].join("\n");
}

function rateListTable(quotes: readonly PriceQuote[]): string {
  const columns: readonly Column[] = [
    { title: "Model", align: "left" },
    ...KINDS.map(({ title }) => ({ title, align: "right" }) as const),
    { title: "Since", align: "left" },
    { title: "Confidence", align: "left" },
    { title: "Estimated", align: "left" },
  ];
  const rates = KINDS.map(({ kind }) =>
    sameDecimals(
      quotes.map(({ rates, main_output }) =>
        rateOf(rates?.[kind], kind === "output" ? main_output : undefined),
      ),
    ),
  );
  const rows = quotes.map((quote, at) => [
    quote.model,
    ...rates.map((texts) => texts[at] ?? ""),
    quote.from ?? "",
    quote.confidence,
    KINDS.filter(({ kind }) => quote.rates?.[kind]?.estimated === true)
      .map(({ title }) => title.toLowerCase())
      .join(", "),
  ]);
  return table(columns, rows);
}

function itemListTable(quotes: readonly PriceQuote[]): string {
  const columns: readonly Column[] = [
    { title: "Model", align: "left" },
    { title: "Piece", align: "left" },
    { title: "USD", align: "right" },
    { title: "Since", align: "left" },
    { title: "Confidence", align: "left" },
  ];
  const items = quotes.flatMap((quote) => quote.items.map((item) => ({ quote, item })));
  const usd = sameDecimals(items.map(({ item }) => item.usd));
  return table(
    columns,
    items.map(({ quote, item }, at) => [
      quote.model,
      itemTitle(item),
      usd[at] ?? "",
      quote.from ?? "",
      quote.confidence,
    ]),
  );
}

/** Every rate of one model, and where it comes from. */
export function priceText(scope: PriceScope, quote: PriceQuote): string {
  const { from, to, rates, items } = quote;
  const since = from === null ? "since the model appeared" : `from ${from}`;
  const until = to === null ? "until further notice" : `until ${to}`;
  const facts = [
    ["Price", [quote.price_version]],
    ["In force", [`${since} ${until}, by midnights of ${scope.time_zone}`]],
    ["Confidence", [quote.confidence]],
    ["Sources", quote.sources],
    ["Item sources", quote.item_sources],
    ["Notes", quote.notes],
    ["Aliases", quote.aliases],
  ] as const;
  return [
    `${quote.model}: US dollars${rates === null ? "" : " per million tokens"} ${scopeOf(scope)}`,
    "",
    ...(rates === null ? [] : [rateTable(rates, quote), ""]),
    ...(items.length === 0 ? [] : [itemTable(items), ""]),
    ...alignedRows(
      facts.flatMap(([title, texts]) => texts.map((text, at) => [at === 0 ? title : "", text])),
    ),
    "",
    checkedLine(scope),
  ].join("\n");
}

function rateTable(
  rates: QuotedRates,
  { cache_storage_usd, cache_storage_estimated, rates_above_200k: long }: PriceQuote,
): string {
  const rows = KINDS.flatMap(({ kind, title }) =>
    modalitiesOf(rates[kind], long?.[kind]).map((modality) => ({
      title: modality === undefined ? title : `${title}, ${modality}`,
      usd: rateOf(rates[kind], modality),
      above200k: rateOf(long?.[kind], modality),
      estimated: [rates[kind], long?.[kind]].some((rate) => rate?.estimated === true),
    })),
  );
  const storage = cache_storage_usd === null ? [] : [cache_storage_usd];
  const usd = sameDecimals([...rows.map((row) => row.usd), ...storage]);
  const above200k = sameDecimals(rows.map((row) => row.above200k));
  const columns: readonly Column[] = [
    { title: "Tokens", align: "left" },
    { title: "USD", align: "right" },
    ...(long === null ? [] : [{ title: "Above 200k", align: "right" } as const]),
    { title: "", align: "left" },
  ];
  return table(columns, [
    ...rows.map(({ title, estimated }, at) => [
      title,
      usd[at] || "unknown",
      ...(long === null ? [] : [above200k[at] || "unknown"]),
      estimated ? "estimated" : "",
    ]),
    ...storage.map(() => [
      "Cache storage, an hour",
      usd.at(-1) ?? "",
      ...(long === null ? [] : [""]),
      cache_storage_estimated ? "estimated" : "",
    ]),
  ]);
}

function itemTable(items: readonly QuotedItem[]): string {
  const columns: readonly Column[] = [
    { title: "Piece", align: "left" },
    { title: "USD", align: "right" },
  ];
  const usd = sameDecimals(items.map((item) => item.usd));
  return table(
    columns,
    items.map((item, at) => [itemTitle(item), usd[at] ?? ""]),
  );
}

function itemTitle({ item, variant, per }: QuotedItem): string {
  const isSearch = item === "google_search" || item === "google_maps";
  const unit = isSearch ? (per === "prompt" ? "a prompt" : "a query") : variant;
  return unit === null ? ITEM_TITLES[item] : `${ITEM_TITLES[item]}, ${unit}`;
}

/** Those that have a row of their own, behind one for all others. None for a kind that isn't billed. */
function modalitiesOf(
  rate: QuotedRate | null,
  long: QuotedRate | null | undefined,
): readonly (Modality | undefined)[] {
  if (rate === null) return [];
  const named = { ...rate.by_modality, ...long?.by_modality };
  return [undefined, ...MODALITIES.filter((modality) => Object.hasOwn(named, modality))];
}

/** Empty when it is not known. */
function rateOf(rate: QuotedRate | null | undefined, modality: Modality | undefined): string {
  const own = modality === undefined ? undefined : rate?.by_modality[modality];
  return (own === undefined ? rate?.usd : own) ?? "";
}

function scopeOf({ at, platform, tier }: PriceScope): string {
  return `on ${platform}, ${tier} tier, at ${at}`;
}

function checkedLine({ list_checked_on }: PriceScope): string {
  return `List prices were checked on ${list_checked_on}. Rates that no source prints are estimated.`;
}

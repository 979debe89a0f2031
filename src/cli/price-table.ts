/** Prices as tables. */
import type { PriceQuote, QuotedRate, QuotedRates } from "../pricing/price-quote.ts";
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

/** A line a model, its output rate that of what it is made for. */
export function priceListText(scope: PriceScope, quotes: readonly PriceQuote[]): string {
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
        rateOf(rates[kind], kind === "output" ? main_output : undefined),
      ),
    ),
  );
  const rows = quotes.map((quote, at) => [
    quote.model,
    ...rates.map((texts) => texts[at] ?? ""),
    quote.from ?? "",
    quote.confidence,
    KINDS.filter(({ kind }) => quote.rates[kind]?.estimated === true)
      .map(({ title }) => title.toLowerCase())
      .join(", "),
  ]);
  return [scopeLine(scope), "", table(columns, rows), "", checkedLine(scope)].join("\n");
}

/** Every rate of one model, and where it comes from. */
export function priceText(scope: PriceScope, quote: PriceQuote): string {
  const { from, to, rates_above_200k: long } = quote;
  const since = from === null ? "since the model appeared" : `from ${from}`;
  const until = to === null ? "until further notice" : `until ${to}`;
  const facts = [
    ["Price", [quote.price_version]],
    ["In force", [`${since} ${until}, by midnights of ${scope.time_zone}`]],
    ["Confidence", [quote.confidence]],
    ["Sources", quote.sources],
    ["Notes", quote.notes],
    ["Aliases", quote.aliases],
  ] as const;
  return [
    `${quote.model}: ${scopeLine(scope)}`,
    "",
    rateTable(quote, long),
    "",
    ...alignedRows(
      facts.flatMap(([title, texts]) => texts.map((text, at) => [at === 0 ? title : "", text])),
    ),
    "",
    checkedLine(scope),
  ].join("\n");
}

function rateTable({ rates, cache_storage_usd }: PriceQuote, long: QuotedRates | null): string {
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
    ...storage.map(() => ["Cache storage, an hour", usd.at(-1) ?? ""]),
  ]);
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

function scopeLine({ at, platform, tier }: PriceScope): string {
  return `US dollars per million tokens on ${platform}, ${tier} tier, at ${at}`;
}

function checkedLine({ list_checked_on }: PriceScope): string {
  return `List prices were checked on ${list_checked_on}. Rates that no source prints are estimated.`;
}

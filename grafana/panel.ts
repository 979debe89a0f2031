/**
 * The kinds of panels. What makes one fit to be read is no option but asked for: what it says, of which
 * metrics, in which unit, from where on it is bad, and what stands there when nothing is known.
 */
import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

import {
  BAD,
  BAR,
  BELOW_ZERO_IS_BAD,
  CENTS,
  mappingsOf,
  NEUTRAL,
  type Steps,
  thresholdsOf,
  UNITS,
  type Wording,
} from "./look.ts";
import { type Builder, instant, PROMETHEUS, type Query, range, type Target } from "./target.ts";

/** Columns from which on a legend has room beside the lines, and more so for two figures a series. */
const WIDE = 12;
const WIDER = 16;

export type Panel = Builder<dashboard.Panel>;

export interface PanelText {
  readonly title: string;
  /** What it says and how to read it, in sentences. The metrics are added. */
  readonly about: string;
  /** Names of the metrics, or tables, that it is made of. */
  readonly of: readonly { readonly name: string }[];
  /** What stands there when there is nothing to show. */
  readonly none: string;
  /** Of 24 columns. */
  readonly width: number;
  /** Of rows; as the kind of panel has it, unless given. */
  readonly height?: number;
}

export interface Figures extends PanelText, Wording {
  readonly steps?: Steps;
}

export interface PromPanel extends Figures {
  readonly queries: readonly Query[];
  /** Where a click leads. */
  readonly links?: readonly Link[];
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** One large figure, as it is now: a line behind it would show its last value of hours ago as today's. */
export function statPanel(spec: PromPanel): stat.PanelBuilder {
  const builder = new stat.PanelBuilder()
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .colorScheme(byThresholds())
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]))
    .targets([...instant(spec.queries)]);
  return withFigures(builder, PROMETHEUS, { height: 4, ...spec });
}

export interface BalancePanel extends PanelText {
  /** In US dollars; one value. */
  readonly balance: string;
}

/** What is left, in green, or else what is missing, in red: by a query each, since each has its unit. */
export function balancePanel({ balance, ...text }: BalancePanel): Panel {
  const missing = { unit: UNITS.missingMoney, decimals: CENTS };
  return statPanel({
    ...text,
    unit: UNITS.money,
    decimals: CENTS,
    steps: BELOW_ZERO_IS_BAD,
    queries: [{ expr: `${balance} >= 0` }, { expr: `-${balance} > 0` }],
  }).overrideByQuery("B", [
    { id: "unit", value: missing.unit },
    { id: "mappings", value: mappingsOf(missing) },
    { id: "thresholds", value: thresholdsOf(BAD) },
  ]);
}

export interface SeriesPanel extends PromPanel {
  /** On top of each other: for parts of a whole. */
  readonly stacked?: boolean;
  /** A colour for the series of a name. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Series that are a bound, and not what was measured. */
  readonly dashed?: readonly string[];
}

/** Lines over time, the largest first in a legend that scrolls when there are many. */
export function seriesPanel(spec: SeriesPanel): Panel {
  const { queries, stacked = false, colours = {}, dashed = [], steps } = spec;
  const builder = new timeseries.PanelBuilder()
    .targets([...range(queries)])
    // The line of a part that is 0 would lie on top of the others.
    .lineWidth(stacked ? 0 : 1)
    .fillOpacity(stacked ? 70 : 8)
    .showPoints(common.VisibilityMode.Auto)
    .axisSoftMin(0)
    .stacking(
      new common.StackingConfigBuilder().mode(
        stacked ? common.StackingMode.Normal : common.StackingMode.None,
      ),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(spec.width < WIDE ? common.LegendPlacement.Bottom : common.LegendPlacement.Right)
        .showLegend(true)
        .calcs(spec.width < WIDER && spec.width >= WIDE ? ["mean"] : ["mean", "lastNotNull"])
        .sortBy("Mean")
        .sortDesc(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    );
  if (steps !== undefined) {
    builder.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  }
  if (steps !== undefined && spec.unit === UNITS.share) {
    // Grafana draws shares that are all 0 up to 10,000 %.
    builder.axisSoftMax(Math.max(...steps.map(([from]) => from)));
  }
  for (const [name, fixedColor] of Object.entries(colours)) {
    builder.overrideByName(name, [{ id: "color", value: { mode: "fixed", fixedColor } }]);
  }
  for (const name of dashed) {
    builder.overrideByName(name, [
      { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } },
      { id: "custom.fillOpacity", value: 0 },
    ]);
  }
  return withFigures(builder, PROMETHEUS, { height: 8, ...spec, steps: boundsOf(steps) });
}

/** Steps that are worth a line: that all is well from 0 on would be taken for a series. */
function boundsOf(steps: Steps = NEUTRAL): Steps {
  return steps.filter(([from]) => from > 0);
}

/** In pixels: one bar alone would fill the panel, and its figure with it. */
const MAX_BAR_HEIGHT = 40;

/** A bar for each value of a label, in the order of the query. */
export function barsPanel(spec: PromPanel): Panel {
  const builder = new bargauge.PanelBuilder()
    .targets([...instant(spec.queries)])
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Text)
    .showUnfilled(true)
    .sizing(common.BarGaugeSizing.Manual)
    .maxVizHeight(MAX_BAR_HEIGHT)
    .min(0)
    .colorScheme(byThresholds())
    .reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]));
  return withFigures(builder, PROMETHEUS, { steps: BAR, height: 8, ...spec });
}

/** What the builders of the SDK have in common. */
export interface AnyBuilder extends Panel {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: common.DataSourceRef): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  noValue(noValue: string): this;
  mappings(mappings: dashboard.ValueMapping[]): this;
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): this;
  dataLinks(links: Builder<dashboard.DashboardLink>[]): this;
  targets(targets: Target[]): this;
  span(width: number): this;
  height(height: number): this;
}

/** Puts on a panel what every panel has. */
export function withFigures<B extends AnyBuilder>(
  builder: B,
  source: common.DataSourceRef,
  spec: Figures & { readonly height: number; readonly links?: readonly Link[] },
): B {
  const { title, none, width, height, unit, decimals, steps = NEUTRAL, links = [] } = spec;
  builder
    .title(title)
    .description(descriptionOf(spec))
    .datasource(source)
    .unit(unit)
    .noValue(none)
    .thresholds({ build: () => thresholdsOf(steps) })
    .mappings(mappingsOf(spec))
    .span(width)
    .height(height);
  if (decimals !== undefined) builder.decimals(decimals);
  if (links.length > 0) builder.dataLinks(links.map(dataLink));
  return builder;
}

function descriptionOf({ about, of }: Pick<PanelText, "about" | "of">): string {
  const names = of.map(({ name }) => `\`${name}\``).join(", ");
  return `${about}\n\nMetric: ${names}`;
}

function dataLink({ title, url }: Link): Builder<dashboard.DashboardLink> {
  return new dashboard.DashboardLinkBuilder(title).type(dashboard.DashboardLinkType.Link).url(url);
}

function byThresholds(): dashboard.FieldColorBuilder {
  return new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds);
}

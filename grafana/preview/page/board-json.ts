/** A board as it is in its file: the parts of Grafana's JSON that are drawn. */
import type {
  DataTransformerConfig,
  FieldConfigSource,
  ReduceDataOptions,
  VizOrientation,
} from "@grafana/data";
import type {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
} from "@grafana/ui";
import type {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  TableCellHeight,
  TableSortByFieldState,
  VizLegendOptions,
} from "@grafana/schema";

interface PanelOf<Type extends string, Options> {
  readonly id: number;
  readonly type: Type;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly options: Options;
  readonly fieldConfig: FieldConfigSource;
  readonly transformations?: readonly DataTransformerConfig[];
}

export type StatPanel = PanelOf<
  "stat",
  {
    readonly reduceOptions: ReduceDataOptions;
    readonly colorMode: BigValueColorMode;
    readonly graphMode: BigValueGraphMode;
    readonly justifyMode: BigValueJustifyMode;
    readonly textMode: BigValueTextMode;
  }
>;
export type TimeSeriesPanel = PanelOf<"timeseries", { readonly legend: VizLegendOptions }>;
export type BarsPanel = PanelOf<
  "bargauge",
  {
    readonly reduceOptions: ReduceDataOptions;
    readonly displayMode: BarGaugeDisplayMode;
    readonly valueMode: BarGaugeValueMode;
    readonly orientation: VizOrientation;
    readonly showUnfilled: boolean;
    readonly minVizWidth: number;
    readonly minVizHeight: number;
    readonly maxVizHeight: number;
  }
>;
export type TablePanel = PanelOf<
  "table",
  {
    readonly cellHeight: TableCellHeight;
    readonly sortBy?: readonly TableSortByFieldState[];
    readonly frameIndex: number;
  }
>;
export type FigurePanel = StatPanel | TimeSeriesPanel | BarsPanel | TablePanel;
export type BoardPanel = FigurePanel | PanelOf<"row", unknown>;

export interface BoardJson {
  readonly title: string;
  readonly timezone: string;
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly label?: string;
      readonly type: string;
    }[];
  };
  readonly panels: readonly BoardPanel[];
}

export function isOfFigures(panel: BoardPanel): panel is FigurePanel {
  return panel.type !== "row";
}

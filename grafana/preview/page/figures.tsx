/** What a panel shows, by its kind: Grafana's components, wired as its own panels wire them. */
import {
  type DataFrame,
  dateTime,
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  type TimeRange,
  VizOrientation,
} from "@grafana/data";
import { BarGauge, BigValue, TimeSeries, useTheme2, VizRepeater } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import type { ReactElement } from "react";

import type { BarsPanel, FigurePanel, StatPanel, TablePanel } from "./board-json.ts";
import { fieldConfigOf } from "./field-config.ts";

/** Between two bars in a panel of bars, in pixels, as in Grafana. */
const BAR_SPACING = 8;

export interface FiguresProps<P extends FigurePanel = FigurePanel> {
  readonly panel: P;
  /** With transformations and field config applied. */
  readonly frames: DataFrame[];
  readonly width: number;
  readonly height: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
}

export function Figures(props: FiguresProps): ReactElement {
  const { panel, frames } = props;
  if (panel.type === "stat") return <Stats {...props} panel={panel} />;
  if (panel.type === "bargauge") return <Bars {...props} panel={panel} />;
  if (frames.every(({ length }) => length === 0)) return <NoValue {...props} />;
  if (panel.type === "table") return <Table {...props} panel={panel} />;
  return (
    <TimeSeries
      {...props}
      timeRange={timeRangeOf(props)}
      legend={panel.options.legend}
      options={{}}
    />
  );
}

function NoValue({ panel, width, height }: FiguresProps): ReactElement {
  const { colors } = useTheme2();
  const style = {
    width,
    height,
    color: colors.text.secondary,
    display: "grid",
    placeItems: "center",
  };
  return <div style={style}>{panel.fieldConfig.defaults.noValue ?? "No data"}</div>;
}

function Table({ panel, frames, width, height }: FiguresProps<TablePanel>): ReactElement {
  const { cellHeight, sortBy = [], frameIndex } = panel.options;
  return (
    <TableNG
      data={frames[frameIndex] ?? frames[0]!}
      width={width}
      height={height}
      cellHeight={cellHeight}
      sortBy={[...sortBy]}
      fieldConfig={fieldConfigOf(panel)}
      enableVirtualization={false}
      resizable
    />
  );
}

function Stats(props: FiguresProps<StatPanel>): ReactElement {
  const theme = useTheme2();
  const { colorMode, graphMode, justifyMode, textMode } = props.panel.options;
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      {...repeaterOf(props, useValues(props))}
      autoGrid
      renderValue={({ value, ...size }) => (
        <BigValue
          {...size}
          value={value.display}
          colorMode={colorMode}
          graphMode={graphMode}
          justifyMode={justifyMode}
          textMode={textMode}
          theme={theme}
        />
      )}
    />
  );
}

function Bars(props: FiguresProps<BarsPanel>): ReactElement {
  const theme = useTheme2();
  const { displayMode, orientation, showUnfilled, valueMode } = props.panel.options;
  const { minVizWidth, minVizHeight, maxVizHeight } = props.panel.options;
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      {...repeaterOf(props, useValues(props))}
      minVizWidth={minVizWidth}
      minVizHeight={minVizHeight}
      maxVizHeight={maxVizHeight}
      itemSpacing={BAR_SPACING}
      orientation={orientation}
      renderValue={({ value, ...size }) => (
        <BarGauge
          {...size}
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          displayMode={displayMode}
          showUnfilled={showUnfilled}
          valueDisplayMode={valueMode}
          theme={theme}
        />
      )}
    />
  );
}

function useValues({
  panel,
  frames,
  timeZone,
}: FiguresProps<StatPanel | BarsPanel>): FieldDisplay[] {
  return getFieldDisplayValues({
    data: frames,
    fieldConfig: fieldConfigOf(panel),
    reduceOptions: panel.options.reduceOptions,
    replaceVariables: (text) => text,
    theme: useTheme2(),
    timeZone,
  });
}

function repeaterOf(
  { panel, width, height }: FiguresProps<StatPanel | BarsPanel>,
  values: FieldDisplay[],
) {
  return {
    width,
    height,
    orientation: VizOrientation.Auto,
    source: panel,
    renderCounter: 0,
    getValues: () => values,
    getAlignmentFactors: getDisplayValueAlignmentFactors,
  };
}

function timeRangeOf({ fromMs, toMs }: FiguresProps): TimeRange {
  const [from, to] = [dateTime(fromMs), dateTime(toMs)];
  return { from, to, raw: { from, to } };
}

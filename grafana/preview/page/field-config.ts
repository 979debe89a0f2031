/**
 * What a panel's `fieldConfig` does to its fields: units, colours, thresholds, links, overrides.
 *
 * The components read these properties, but that they exist is said in Grafana's core, which is not on
 * npm. So they are listed here, with the defaults that core gives them.
 */
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  type DataFrame,
  dataLinksOverrideProcessor,
  type FieldConfigSource,
  type GrafanaTheme2,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from "@grafana/data";

import { type BoardJson, type FigurePanel, isOfFigures } from "./board-json.ts";

const CUSTOM = "custom.";

const PROCESSORS = {
  unit: unitOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  decimals: numberOverrideProcessor,
  noValue: identityOverrideProcessor,
  displayName: identityOverrideProcessor,
  color: identityOverrideProcessor,
  filterable: identityOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  links: dataLinksOverrideProcessor,
};

const TIME_SERIES_DEFAULTS = {
  axisPlacement: "auto",
  axisColorMode: "text",
  drawStyle: "line",
  gradientMode: "none",
  hideFrom: { legend: false, tooltip: false, viz: false },
  insertNulls: false,
  lineInterpolation: "linear",
  pointSize: 5,
  scaleDistribution: { type: "linear" },
  spanNulls: false,
};

/** Properties of kinds of panels are known by their being used: what no panel sets has no effect. */
export function registerFieldConfig({ panels }: BoardJson): void {
  const custom = new Set(panels.filter(isOfFigures).flatMap(customProperties));
  standardFieldConfigEditorRegistry.setInit(() => [
    ...Object.entries(PROCESSORS).map(([id, process]) => ({ ...property(id), process })),
    ...[...custom].map((name) => ({
      ...property(name),
      id: `${CUSTOM}${name}`,
      isCustom: true,
      process: identityOverrideProcessor,
    })),
  ]);
}

function customProperties(panel: FigurePanel): readonly string[] {
  const { defaults, overrides } = fieldConfigOf(panel);
  const overridden = overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  return [
    ...Object.keys(defaults.custom),
    ...overridden.filter((id) => id.startsWith(CUSTOM)).map((id) => id.slice(CUSTOM.length)),
  ];
}

/** What is only of use to Grafana's editors is left blank. */
function property(path: string) {
  return {
    id: path,
    path,
    name: path,
    editor: () => null,
    override: () => null,
    shouldApply: () => true,
  };
}

export function withFieldConfig(
  frames: DataFrame[],
  panel: FigurePanel,
  theme: GrafanaTheme2,
  timeZone: string,
): DataFrame[] {
  const data = applyFieldOverrides({
    data: frames,
    fieldConfig: fieldConfigOf(panel),
    replaceVariables: (text) => text,
    theme,
    timeZone,
  });
  cacheFieldDisplayNames(data);
  return data;
}

export function fieldConfigOf({ type, fieldConfig }: FigurePanel): FieldConfigSource {
  const { defaults, overrides } = fieldConfig;
  const isTimeSeries = type === "timeseries";
  return {
    defaults: {
      color: { mode: isTimeSeries ? "palette-classic" : "thresholds" },
      ...defaults,
      custom: { ...(isTimeSeries ? TIME_SERIES_DEFAULTS : {}), ...defaults.custom },
    },
    overrides,
  };
}

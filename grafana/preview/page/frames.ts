/** The data sources' answers as Grafana's data sources would hand them to a panel. */
import { type DataFrame, FieldType, toDataFrame } from "@grafana/data";

import type { Answer, RowsAnswer, SeriesAnswer } from "../answer.ts";

const TYPES = { number: FieldType.number, string: FieldType.string, time: FieldType.time };

export function framesOf(answers: readonly Answer[]): DataFrame[] {
  const valueName = (refId: string) => (answers.length > 1 ? `Value #${refId}` : "Value");
  return answers.flatMap((answer) => {
    if (answer.kind === "rows") return [rowsFrame(answer)];
    if (answer.series.length === 0) return [];
    return answer.isTable ? [tableFrame(answer, valueName(answer.refId))] : seriesFrames(answer);
  });
}

function seriesFrames({ refId, legend, stepMs, series }: SeriesAnswer): DataFrame[] {
  return series.map(({ labels, points }) =>
    toDataFrame({
      refId,
      fields: [
        {
          name: "Time",
          type: FieldType.time,
          // By this, Grafana knows a gap when it sees one.
          config: stepMs === undefined ? {} : { interval: stepMs },
          values: points.map(([at]) => at * 1_000),
        },
        {
          name: "Value",
          type: FieldType.number,
          labels,
          config: { displayNameFromDS: nameOf(labels, legend) },
          values: points.map(([, value]) => value),
        },
      ],
    }),
  );
}

function nameOf(labels: Readonly<Record<string, string>>, legend: string): string {
  if (legend !== "") return legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? "");
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `{${pairs.join(", ")}}`;
}

function tableFrame({ refId, series }: SeriesAnswer, valueName: string): DataFrame {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one.labels)))].toSorted();
  return toDataFrame({
    refId,
    fields: [
      {
        name: "Time",
        type: FieldType.time,
        values: series.map(({ points }) => (points[0]?.[0] ?? 0) * 1_000),
      },
      ...labels.map((name) => ({
        name,
        type: FieldType.string,
        values: series.map((one) => one.labels[name]),
      })),
      {
        name: valueName,
        type: FieldType.number,
        values: series.map(({ points }) => points[0]?.[1]),
      },
    ],
  });
}

function rowsFrame({ refId, columns, values }: RowsAnswer): DataFrame {
  return toDataFrame({
    refId,
    fields: columns.map(({ name, type }, index) => ({
      name,
      type: TYPES[type],
      values: values[index],
    })),
  });
}

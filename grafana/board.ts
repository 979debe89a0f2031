/** A board: its rows of panels placed and numbered, with what all boards share. */
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";

import type { Panel } from "./panel.ts";
import { PROMETHEUS } from "./target.ts";
import type { Variable } from "./variables.ts";

/** What a board asks for in the words of a reader, and the panels that answer. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly about: string;
  readonly from: string;
  readonly refresh: string;
  /** The reader's own, unless given. */
  readonly timezone?: string;
  readonly variables: readonly Variable[];
  /** Whether alerts that fire are marked in its graphs; they come from Prometheus. */
  readonly showsAlerts: boolean;
  readonly rows: readonly Row[];
}

const TAG = "spendspan";

export function dashboardOf(board: Board): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.about)
    .tags([TAG])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: board.from, to: "now" })
    .timezone(board.timezone ?? "browser")
    .refresh(board.refresh)
    .link(
      new dashboard.DashboardLinkBuilder("Boards")
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .variables([...board.variables])
    .annotations(board.showsAlerts ? [firingAlerts()] : []);
  for (const { title, panels } of board.rows) {
    builder.withRow(new dashboard.RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  return numbered(builder.build());
}

function firingAlerts(): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name("Alerts")
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor("red")
    .expr('ALERTS{alertname=~"Spendspan.+", alertname!="SpendspanWatchdog", alertstate="firing"}')
    .titleFormat("{{alertname}}")
    .tagKeys("severity,brand")
    .step("60s");
}

/** The SDK leaves panels without the numbers by which Grafana tells them apart. */
function numbered(built: dashboard.Dashboard): dashboard.Dashboard {
  return {
    ...built,
    panels: built.panels?.map((panel, index) => ({ ...panel, id: index + 1 })) ?? [],
  };
}

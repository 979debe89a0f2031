/** Alerts that fire. Grafana's own list of them is in its core, so this one is only like it. */
import { Badge, type BadgeColor, Icon, useTheme2 } from "@grafana/ui";
import type { ReactElement } from "react";

import type { FiringAlert } from "../answer.ts";

const COLOURS: Readonly<Record<string, BadgeColor>> = {
  critical: "red",
  warning: "orange",
  info: "blue",
};

export function Alerts({ alerts }: { readonly alerts: readonly FiringAlert[] }): ReactElement {
  const { colors, spacing, typography } = useTheme2();
  if (alerts.length === 0) {
    return (
      <p style={{ color: colors.text.secondary, padding: spacing(1) }}>
        No alerts matching filters
      </p>
    );
  }
  const item = {
    display: "flex",
    alignItems: "center",
    gap: spacing(1),
    padding: spacing(1),
    marginBottom: spacing(0.5),
    background: colors.background.secondary,
  };
  return (
    <ol style={{ listStyle: "none", height: "100%", overflow: "auto" }}>
      {alerts.map(({ name, severity, brand }) => (
        <li key={`${name} ${brand}`} style={item}>
          <Icon name="exclamation-circle" style={{ color: colors.error.text }} />
          <span style={{ flex: 1, ...typography.bodySmall }}>
            {name}
            {brand === undefined ? "" : `: ${brand}`}
          </span>
          <Badge text={severity} color={COLOURS[severity] ?? "blue"} />
        </li>
      ))}
    </ol>
  );
}

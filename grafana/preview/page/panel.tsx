/** A panel: its frame, and in it what it shows or why it can't. */
import type { DataFrame } from "@grafana/data";
import { PanelChrome, useTheme2 } from "@grafana/ui";
import { Component, type ReactElement, type ReactNode, useEffect, useState } from "react";

import type { Answer, BoardAnswer } from "../answer.ts";
import type { FigurePanel } from "./board-json.ts";
import { withFieldConfig } from "./field-config.ts";
import { Figures } from "./figures.tsx";
import { framesOf } from "./frames.ts";
import { transformed } from "./transformations.ts";

interface PanelProps {
  readonly panel: FigurePanel;
  readonly answer: BoardAnswer;
  readonly timeZone: string;
  readonly width: number;
  readonly height: number;
}

export function Panel(props: PanelProps): ReactElement {
  const { panel, answer, width, height } = props;
  const title = panel.title.replaceAll(/\$(\w+)/g, (text, name) => answer.chosen[name] ?? text);
  const none = panel.fieldConfig.defaults.noValue;
  return (
    <section data-panel={panel.type} data-title={title} data-none={none}>
      <PanelChrome title={title} description={panel.description} width={width} height={height}>
        {(innerWidth, innerHeight) => (
          <Boundary>
            <Data {...props} width={innerWidth} height={innerHeight} />
          </Boundary>
        )}
      </PanelChrome>
    </section>
  );
}

function Data(props: PanelProps): ReactElement {
  const { panel, answer, timeZone } = props;
  const theme = useTheme2();
  const [frames, setFrames] = useState<DataFrame[]>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    dataOf(panel, answer.panels[panel.id] ?? [])
      .then((data) => setFrames(withFieldConfig(data, panel, theme, timeZone)))
      .catch((reason: Error) => setError(reason));
  }, [panel, answer, theme, timeZone]);
  if (error !== undefined) throw error;
  if (frames === undefined) return <span data-waiting />;
  return <Figures {...props} frames={frames} fromMs={answer.fromMs} toMs={answer.toMs} />;
}

function dataOf(panel: FigurePanel, answers: readonly Answer[]): Promise<DataFrame[]> {
  return transformed(framesOf(answers), panel.transformations);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

/** Keeps a panel that can't be drawn from taking the others with it. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? this.props.children : <pre data-error>{textOf(error)}</pre>;
  }
}

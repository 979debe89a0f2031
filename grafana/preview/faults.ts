/** What is wrong with a board that is drawn, as whoever looks at it would say. */
import type { DrawnBoard } from "./browser.ts";

export interface Looked {
  /** How many panels there are. */
  readonly panels: number;
  readonly faults: readonly string[];
}

/** @param hasData Whether panels should show figures, or say that there are none. */
export async function lookAt({ page, errors }: DrawnBoard, hasData: boolean): Promise<Looked> {
  const looked = await page.evaluate(looksOfPanels);
  return {
    panels: looked.length,
    faults: [
      ...errors,
      ...looked.flatMap((look) => faultsOf(look, hasData).map((fault) => `${look.name}: ${fault}`)),
    ],
  };
}

/** A panel as it is in the page. */
interface PanelLook {
  readonly name: string;
  readonly type: string | undefined;
  readonly error: string | undefined;
  readonly isTitled: boolean;
  readonly isTitleCut: boolean;
  readonly isDrawn: boolean;
  /** What stands in it. */
  readonly says: string;
  /** What should when there is nothing to show; undefined for a panel that shows no figures. */
  readonly none: string | undefined;
  readonly hasLines: boolean;
  readonly rows: number;
  readonly areColumnsCut: boolean;
  readonly areFiguresCut: boolean;
}

function faultsOf(look: PanelLook, hasData: boolean): readonly string[] {
  const { type, error, says, none } = look;
  if (error !== undefined) return [`can't be drawn: ${error}`];
  if (!look.isTitled) return ["has no title"];
  if (!look.isDrawn) return ["is not drawn"];
  const faults: string[] = [];
  if (look.isTitleCut) faults.push("its title is cut");
  if (says === "" && !look.hasLines) faults.push("shows nothing");
  if (none !== undefined && hasData && says === none) faults.push("shows no figures");
  if (none !== undefined && !hasData && says !== none) faults.push(`shows ${says}, out of nothing`);
  if (type === "timeseries" && hasData && !look.hasLines) faults.push("has no lines");
  // The first names the columns.
  if (type === "table" && hasData && look.rows < 2) faults.push("has no rows");
  if (look.areColumnsCut) faults.push("names of columns are cut");
  if (look.areFiguresCut) faults.push(`${says} is cut`);
  return faults;
}

/** Runs in the page, so all that it needs is in it. */
function looksOfPanels(): readonly PanelLook[] {
  const all = (root: ParentNode, selector: string) => [
    ...root.querySelectorAll<HTMLElement>(selector),
  ];
  const isCut = (element: Element) => element.scrollWidth > element.clientWidth + 1;
  const isOutside = (inner: DOMRect, outer: DOMRect) =>
    inner.left < outer.left || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
  const isInked = (canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    return pixels.some((value) => value > 0);
  };
  const areFiguresCut = (panel: Element, content: Element) =>
    all(content, "*")
      .filter(({ children, textContent }) => children.length === 0 && textContent !== "")
      .some(
        (text) =>
          (getComputedStyle(text).display !== "inline" && isCut(text)) ||
          isOutside(text.getBoundingClientRect(), panel.getBoundingClientRect()),
      );

  return all(document, "section[data-panel]").map((panel, index) => {
    const { panel: type, title, none } = panel.dataset;
    const heading = panel.querySelector("h2");
    const content = panel.querySelector('[data-testid$="panel content"]');
    const hasFigures = type === "stat" || type === "bargauge";
    return {
      name: title || `Panel ${index + 1}`,
      type,
      none,
      error: panel.querySelector("[data-error]")?.textContent ?? undefined,
      isTitled: title !== "" && heading?.textContent === title,
      isTitleCut: heading !== null && isCut(heading),
      isDrawn: content !== null && panel.querySelector("[data-waiting]") === null,
      says: content?.textContent ?? "",
      hasLines: [...panel.querySelectorAll("canvas")].some(isInked),
      rows: all(panel, "[role=row]").length,
      areColumnsCut: all(panel, "[role=columnheader] *").some(isCut),
      areFiguresCut: hasFigures && content !== null && areFiguresCut(panel, content),
    };
  });
}

/** What is wrong with a board that is drawn, as whoever looks at it would say. */
import type { DrawnBoard } from "./browser.ts";

export interface Looked {
  /** How many panels there are. */
  readonly panels: number;
  readonly faults: readonly string[];
}

/** @param hasData Whether panels should show figures, or say that there are none. */
export async function lookAt({ page, errors }: DrawnBoard, hasData: boolean): Promise<Looked> {
  const looked = await page.evaluate(looksOfPanels, hasData);
  return {
    panels: looked.length,
    faults: [
      ...errors,
      ...looked.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`)),
    ],
  };
}

/** Runs in the page, so all that it needs is in it. */
function looksOfPanels(
  hasData: boolean,
): readonly { readonly name: string; readonly faults: readonly string[] }[] {
  const all = (root: Element, selector: string) => [
    ...root.querySelectorAll<HTMLElement>(selector),
  ];
  const isCut = (element: Element) => element.scrollWidth > element.clientWidth + 1;
  const isInside = (inner: DOMRect, outer: DOMRect) =>
    inner.left >= outer.left - 1 &&
    inner.right <= outer.right + 1 &&
    inner.top >= outer.top - 1 &&
    inner.bottom <= outer.bottom + 1;
  const isInked = (canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    return pixels.some((value) => value > 0);
  };

  const faultsOf = (panel: HTMLElement): readonly string[] => {
    const { panel: type, title = "", none = "" } = panel.dataset;
    const error = panel.querySelector("[data-error]");
    if (error !== null) return [`can't be drawn: ${error.textContent}`];
    const heading = panel.querySelector("h2");
    const content = panel.querySelector('[data-testid$="panel content"]');
    if (title === "" || heading?.textContent !== title) return ["has no title"];
    if (content === null || panel.querySelector("[data-waiting]") !== null) return ["is not drawn"];

    const faults = isCut(heading) ? ["its title is cut"] : [];
    const says = content.textContent;
    const canvas = content.querySelector("canvas");
    if (says === "" && (canvas === null || !isInked(canvas))) faults.push("shows nothing");
    if (none !== "" && (says === none) === hasData) {
      faults.push(hasData ? "shows no figures" : `shows ${says} where there is nothing`);
    }
    if (type === "timeseries" && hasData && (canvas === null || !isInked(canvas))) {
      faults.push("has no lines");
    }
    if (type === "table" && hasData && all(content, "[role=row]").length < 2) {
      faults.push("has no rows");
    }
    if (all(content, "[role=columnheader] *").some(isCut)) faults.push("names of columns are cut");
    if (type === "stat" || type === "bargauge") {
      const texts = all(content, "*").filter(
        ({ children, textContent }) => children.length === 0 && textContent !== "",
      );
      const frame = panel.getBoundingClientRect();
      if (texts.some((text) => isCut(text) && getComputedStyle(text).display !== "inline")) {
        faults.push(
          `${says} is cut ${texts.filter(isCut).map((t) => t.textContent + t.scrollWidth + " " + t.clientWidth)}`,
        );
      } else if (texts.some((text) => !isInside(text.getBoundingClientRect(), frame))) {
        faults.push(`${says} does not fit`);
      }
    }
    return faults;
  };

  return all(document.body, "section[data-panel]").map((panel, index) => ({
    name: panel.dataset["title"] || `Panel ${index + 1}`,
    faults: faultsOf(panel),
  }));
}

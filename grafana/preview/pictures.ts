/** Pictures of boards: those of the README, and any to be looked at. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import type { Page } from "playwright-core";

import { BOARD_NAMES } from "../../test/grafana/board-file.ts";
import { Browser, type Theme, THEMES } from "./browser.ts";
import { isCompany, Scenario } from "./scenario.ts";
import { BOARDS, PreviewServer } from "./server.ts";

const README_FOLDER = fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const SHOTS_FOLDER = fileURLToPath(new URL("shots/", import.meta.url));

/** Each with the first panel that is not shown, if not all are: pictures are to be small. */
const README_PICTURES: readonly (readonly [board: string, theme: Theme, until?: string])[] = [
  ["spendspan-cost", "dark", "Spend an hour by brand"],
  ["spendspan-requests", "light", "Failing by brand"],
  ["spendspan-pipeline", "dark"],
  ["spendspan-ledger", "light", "By day"],
];

export async function readmePictures(): Promise<void> {
  await mkdir(README_FOLDER, { recursive: true });
  await using scenario = await Scenario.start("company");
  using server = await PreviewServer.start(scenario, BOARDS);
  await using browser = await Browser.start();
  for (const [board, theme, until] of README_PICTURES) {
    const path = `${README_FOLDER}${board.replace("spendspan-", "")}-${theme}.png`;
    await browser.withBoard(server.url, board, theme, async ({ page }) => {
      await page.screenshot({ path, clip: await clipOf(page, until) });
    });
    console.log(path);
  }
}

/** All boards in both themes of the companies so named. */
export async function drawnCompanies(names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!isCompany(name)) throw new Error(`There is no company ${name}`);
    await mkdir(`${SHOTS_FOLDER}${name}`, { recursive: true });
    await using scenario = await Scenario.start(name);
    using server = await PreviewServer.start(scenario, BOARDS);
    await using browser = await Browser.start();
    for (const board of BOARD_NAMES) {
      for (const theme of THEMES) {
        const path = `${SHOTS_FOLDER}${name}/${board}-${theme}.png`;
        await browser.withBoard(server.url, board, theme, ({ page }) => page.screenshot({ path }));
        console.log(path);
      }
    }
  }
}

/** As far down as the panel `until` begins, or all. */
async function clipOf(page: Page, until: string | undefined) {
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const box = until && (await page.locator(`[data-title="${until}"]`).boundingBox());
  return { x: 0, y: 0, width, height: box ? box.y : height };
}

/** Looks at every panel of every board in both themes, with data and without any. */
import { BOARD_NAMES } from "../../test/grafana/board-file.ts";
import { brokenBoard } from "./broken-board.ts";
import { Browser, THEMES } from "./browser.ts";
import { type Looked, lookAt } from "./faults.ts";
import { type CompanyName, Scenario } from "./scenario.ts";
import { BOARDS, PreviewServer } from "./server.ts";

const CHECKED: readonly CompanyName[] = ["company", "empty"];

/** Says what it found, and whether all is well. */
export async function checkedBoards(): Promise<boolean> {
  await using browser = await Browser.start();
  const looks: Looked[] = [];
  for (const company of CHECKED) {
    await using scenario = await Scenario.start(company);
    using server = await PreviewServer.start(scenario, BOARDS);
    for (const board of BOARD_NAMES) {
      for (const theme of THEMES) {
        const looked = await browser.withBoard(server.url, board, theme, async (drawn) =>
          withCount(await lookAt(drawn, company !== "empty"), board),
        );
        looks.push(looked);
        console.log(`${company}, ${board}, ${theme}: ${looked.panels} panels`);
        for (const fault of looked.faults) console.error(`  ${fault}`);
      }
    }
    if (company === "company") looks.push(await lookAtBroken(browser, scenario));
  }
  const panels = looks.reduce((sum, one) => sum + one.panels, 0);
  const faults = looks.reduce((sum, one) => sum + one.faults.length, 0);
  console.log(`${panels} panels drawn, ${faults} faults`);
  return faults === 0;
}

/** A panel that is left out has no faults of its own. */
function withCount({ panels, faults }: Looked, board: string): Looked {
  const wanted = BOARDS.get(board)?.panels.filter(({ type }) => type !== "row").length;
  return panels === wanted
    ? { panels, faults }
    : { panels, faults: [...faults, `${panels} of ${wanted} panels are drawn`] };
}

/** What finds no fault in a board that has them is itself at fault. */
async function lookAtBroken(browser: Browser, scenario: Scenario): Promise<Looked> {
  const { board, faults } = brokenBoard();
  using server = await PreviewServer.start(scenario, new Map([["broken", board]]));
  const found = await browser.withBoard(server.url, "broken", "dark", (drawn) =>
    lookAt(drawn, true),
  );
  const missed = faults.filter((fault) => !found.faults.some((one) => one.includes(fault)));
  console.log(`A broken board: ${faults.length - missed.length} of ${faults.length} faults found`);
  for (const fault of missed) console.error(`  not found: ${fault}`);
  return { panels: 0, faults: missed };
}

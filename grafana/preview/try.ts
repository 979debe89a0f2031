import { Scenario, type CompanyName } from "./scenario.ts";
import { PreviewServer } from "./server.ts";
import { Browser, THEMES } from "./browser.ts";
const name = (process.argv[2] ?? "company") as CompanyName;
console.time("scenario");
await using scenario = await Scenario.start(name);
console.timeEnd("scenario");
await using server = await PreviewServer.start(scenario);
await using browser = await Browser.start();
for (const board of ["cost", "requests", "pipeline", "ledger"])
  for (const theme of THEMES) {
    console.time("shot");
    await browser.withBoard(server.url, `spendspan-${board}`, theme, async ({ page, errors }) => {
      console.log(board, theme, errors.slice(0, 5));
      await page.screenshot({ path: `/tmp/preview/shots/${name}-${board}-${theme}.png` });
    });
    console.timeEnd("shot");
  }

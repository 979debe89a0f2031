/** The thread that writes the ledger, in real apps: what it takes off them, and what it leaves alone. */
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";

import { withApps } from "../support/apps.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** How many files of the database's driver the app's own thread has loaded. */
const DRIVER = `
  const { cache } = (await import("node:module")).createRequire(import.meta.url);
  const driver = () => Object.keys(cache).filter((path) => /node_modules.pg(-pool)?\\W/.test(path)).length;
`;
const ASK = `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();`;

test("the app's own thread writes rows without even loading the database's driver", () =>
  withApps(async ({ start, url, rows }) => {
    const { stdout, stderr } = await start(
      `${DRIVER} ${ASK}
       await spendspan.ready();
       console.log(JSON.stringify(await spendspan.flush()), driver());
       // The control: whoever asks for a report loads it.
       await (await import("spendspan")).getUsageStats(1);
       console.log(driver() > 0);`,
      url,
    ).ended;
    expect(stderr).toBe("");
    expect(stdout).toBe('{"written":1,"remaining":0,"dropped":0,"deadLetters":0} 0\ntrue\n');
    expect(await rows()).toEqual(["acme success final"]);
  }));

test("what the app loads first is loaded by its own thread alone", () =>
  withApps(async ({ start, url, rows }) => {
    const preload = join(temporaryDirectory(), "preload.mjs");
    writeFileSync(
      preload,
      `import { isMainThread } from "node:worker_threads"; console.log("first:", isMainThread);`,
    );
    const NODE_OPTIONS = `--import ${preload} --import spendspan/register`;
    const { stdout, stderr } = await start(ASK, url, { NODE_OPTIONS }).ended;
    expect({ stdout, stderr }).toEqual({ stdout: "first: true\n", stderr: "" });
    expect(await rows()).toEqual(["acme success final"]);
  }));

test("where Node's permissions forbid threads, rows are written all the same", () =>
  withApps(async ({ start, url, rows }) => {
    const NODE_OPTIONS = "--permission --allow-fs-read=* --allow-fs-write=*";
    const { stdout, stderr } = await start(
      `${DRIVER} ${ASK}
       await spendspan.flush();
       console.log(driver() > 0);`,
      url,
      // Nor would they let the journal's files be synced.
      { NODE_OPTIONS, SPENDSPAN_JOURNAL: "false" },
    ).ended;
    expect({ stdout, stderr }).toEqual({ stdout: "true\n", stderr: "" });
    expect(await rows()).toEqual(["acme success final"]);
  }));

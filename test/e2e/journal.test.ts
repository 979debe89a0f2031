/** Rows of an app outlive it, however it ends, and Postgres being away. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

import { type Apps, PRELUDE, UNREACHABLE, withApps } from "../support/apps.ts";

const run = promisify(execFile);

/** Of its two calls one was finished, and one under way. */
async function killedApp({ start, simulator }: Apps): Promise<void> {
  const killed = start(
    `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();
     void ask("gemini-2.5-flash-sim-hang", { brand: "zenith" });`,
    UNREACHABLE,
  );
  await simulator.waitForArrivals(2);
  killed.signal("SIGKILL");
  await killed.ended;
}

/** Runs an app that can't let any file grow beyond so many blocks of 512 bytes. */
function runWithin(blocks: number, source: string, env: Readonly<Record<string, string>>) {
  const script = `ulimit -f ${blocks} && exec "$0" --input-type=module --eval "$1"`;
  return run("sh", ["-c", script, process.execPath, source], { env });
}

test("a call that was finished when its app was killed is a row, and one under way an unknown one", () =>
  withApps(async (apps) => {
    const { start, rows, url, files } = apps;
    await killedApp(apps);
    const { stderr } = await start("", url).ended;
    expect(stderr).toContain(
      "Takes over usage rows of a process that is gone: 2, with calls whose end was never seen: 1",
    );
    expect(await rows()).toEqual(["acme success final", "zenith unknown missing"]);
    expect(await files()).toEqual([]);
  }));

test("what a killed app left comes from a disk that takes no more, and leaves room there", () =>
  withApps(async (apps) => {
    const { environment, rows, url, files } = apps;
    await killedApp(apps);
    await runWithin(0, PRELUDE, environment(url));
    expect(await rows()).toEqual(["acme success final", "zenith unknown missing"]);
    expect(await files()).toEqual([]);
  }));

test.each([
  ["process.exit()", "process.exit(3)", 3],
  ["an exception that nobody catches", `throw new Error("the app's own fault")`, 1],
])("rows that wait when %s ends the app come at the next start", (_, end, code) =>
  withApps(async ({ start, rows, url, files }) => {
    const ended = start(
      `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();
       ${end};`,
      url,
    );
    expect((await ended.ended).code).toBe(code);
    expect(await rows()).toEqual([]);
    await start("", url).ended;
    expect(await rows()).toEqual(["acme success final"]);
    expect(await files()).toEqual([]);
  }),
);

test("a script that ends with Postgres away says where its rows wait, and the next start brings them", () =>
  withApps(async ({ start, rows, url, files }) => {
    const ask = `await (await ask("gemini-2.5-flash", { brand: "acme" })).text();`;
    const { code, stderr } = await start(ask, UNREACHABLE).ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/Usage rows wait in .*journal for the next start: 1/);
    expect(await start(ask, url).ended).toMatchObject({ code: 0, stderr: "" });
    expect(await rows()).toEqual(["acme success final", "acme success final"]);
    expect(await files()).toEqual([]);
  }));

test("each worker of a cluster has a journal of its own, which outlives it though its primary lives", () =>
  withApps(async ({ start, rows, url, files }) => {
    const cluster = start(
      `const { default: cluster } = await import("node:cluster");
       const { once } = await import("node:events");
       if (cluster.isPrimary) {
         cluster.setupPrimary({ exec: "this script again" });
         const workers = [cluster.fork(), cluster.fork()];
         await Promise.all(workers.map((worker) => once(worker, "message")));
         for (const worker of workers) worker.process.kill("SIGKILL");
         await Promise.all(workers.map((worker) => once(worker, "exit")));
       } else {
         await (await ask("gemini-2.5-flash", { brand: "worker" })).text();
         process.send("asked");
       }`,
      url,
      { SPENDSPAN_FLUSH_INTERVAL_MS: "3600000" },
    );
    expect(await cluster.ended).toMatchObject({ code: 0 });
    await start("", url).ended;
    expect(await rows()).toEqual(["worker success final", "worker success final"]);
    expect(await files()).toEqual([]);
  }));

test("on a disk that takes no more the app's calls go on, and their rows come from memory", () =>
  withApps(async ({ environment, rows, url, simulator }) => {
    const source = `${PRELUDE}
      for (let call = 0; call < 20; call++) {
        console.log((await ask("gemini-2.5-flash", { brand: "acme" })).status);
      }`;
    // That is the start and end of two calls or three.
    const { stdout, stderr } = await runWithin(8, source, environment(url));
    expect(stdout).toBe("200\n".repeat(20));
    expect(stderr).toContain("The journal cannot be written, so usage rows wait in memory: EFBIG");
    expect(await rows()).toEqual(Array(20).fill("acme success final"));
    expect(simulator.billedCalls()).toHaveLength(20);
  }));

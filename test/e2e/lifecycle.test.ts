/** How an app with spendspan ends: as it would without, and with its last rows in the ledger. */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import type { Simulator } from "../simulator/simulator.ts";
import { withDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { runScript, type Script, startScript } from "../support/script.ts";

const PRELUDE = `
  import { init, withUsage } from "spendspan";
  const spendspan = init();
  const ask = (model, method = "generateContent") =>
    fetch(\`\${process.env.GOOGLE_GEMINI_BASE_URL}/v1beta/models/\${model}:\${method}\`, {
      method: "POST",
      body: JSON.stringify({ contents: [{ parts: [{ text: "How much is it?" }] }] }),
    });
`;

const UNREACHABLE = "postgres://nobody@127.0.0.1:1/none";
/** As a deadline: a test in which somebody waited for it would not end. */
const A_LONG_TIME = "3600000";

interface Ledger {
  readonly simulator: Simulator;
  /** Starts an app that calls the simulator and has the ledger's database. */
  readonly start: (source: string, env?: Readonly<Record<string, string>>) => Script;
  /** Of each row: brand, status and what is known of its tokens. */
  readonly rows: () => Promise<readonly string[]>;
}

test("a script that makes a call and ends has its row written first", () =>
  withLedger(async ({ start, rows, simulator }) => {
    const script = start(`
      const answer = await withUsage({ brand: "acme" }, () => ask("gemini-2.5-flash"));
      await answer.json();`);
    expect(await script.ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    expect(await rows()).toEqual(["acme success final"]);
    expect(simulator.billedCalls()).toHaveLength(1);
  }));

test("neither the server that listens nor the database keeps a script alive", () =>
  withLedger(async ({ start, rows }) => {
    const script = start(`
      await spendspan.ready();
      const metrics = await fetch(spendspan.url + "/metrics");
      console.log(metrics.status);`);
    expect(await script.ended).toEqual({ code: 0, signal: null, stdout: "200\n", stderr: "" });
    expect(await rows()).toEqual([]);
  }));

test.each<NodeJS.Signals>(["SIGTERM", "SIGINT"])(
  "%s in the middle of a call books it as unknown, and is what the process dies of",
  (signal) =>
    withLedger(async ({ start, rows, simulator }) => {
      const script = start(`await ask("gemini-2.5-flash-sim-hang");`);
      await simulator.waitForArrivals(1);
      script.signal(signal);
      expect(await script.ended).toMatchObject({ code: null, signal, stderr: "" });
      expect(await rows()).toEqual(["unattributed unknown missing"]);
    }),
);

test("where the app answers the signal itself, its last calls are metered like any other", () =>
  withLedger(async ({ start, rows, simulator }) => {
    const script = start(`
      const stay = setInterval(() => undefined, 60_000);
      process.on("SIGTERM", async () => {
        await (await withUsage({ brand: "last" }, () => ask("gemini-2.5-flash"))).text();
        clearInterval(stay);
      });
      await (await withUsage({ brand: "first" }, () => ask("gemini-2.5-flash"))).text();
      console.log("serving");`);
    await script.printed("serving");
    script.signal("SIGTERM");
    expect(await script.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(await rows()).toEqual(["first success final", "last success final"]);
    expect(simulator.billedCalls()).toHaveLength(2);
  }));

test("an app that shuts down by itself and exits keeps its rows and its exit code", () =>
  withLedger(async ({ start, rows }) => {
    const script = start(`
      process.on("SIGTERM", async () => {
        console.log(JSON.stringify(await spendspan.shutdown()));
        process.exit(3);
      });
      await (await ask("gemini-2.5-flash")).text();
      setInterval(() => undefined, 60_000);
      console.log("serving");`);
    await script.printed("serving");
    script.signal("SIGTERM");
    const { code, stdout } = await script.ended;
    expect(code).toBe(3);
    expect(stdout).toContain('{"written":1,"remaining":0,"dropped":0,"deadLetters":0}');
    expect(await rows()).toEqual(["unattributed success final"]);
  }));

test("a second signal does not wait for the rows of the first", async () => {
  const simulator = await simulated();
  const end = await runScript(
    `${PRELUDE}
     await (await ask("gemini-2.5-flash")).text();
     process.kill(process.pid, "SIGTERM");
     while (process.listenerCount("SIGTERM") > 0) await new Promise(setImmediate);
     process.kill(process.pid, "SIGTERM");`,
    { env: environment(simulator, UNREACHABLE, { SPENDSPAN_SHUTDOWN_TIMEOUT_MS: A_LONG_TIME }) },
  );
  expect(end).toMatchObject({ code: null, signal: "SIGTERM" });
});

test("a stream that is half read when the script ends is a row with its final usage", () =>
  withLedger(async ({ start, rows, simulator }) => {
    const script = start(`
      const { body } = await ask("gemini-2.5-flash", "streamGenerateContent?alt=sse");
      const reader = body.getReader();
      await reader.read();
      reader.releaseLock();`);
    expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
    expect(await rows()).toEqual(["unattributed cancelled final"]);
    expect(simulator.billedCalls()).toHaveLength(1);
  }));

test("a response that is never read is a row with its final usage", () =>
  withLedger(async ({ start, rows }) => {
    const script = start(`await ask("gemini-2.5-flash");`);
    expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
    expect(await rows()).toEqual(["unattributed success final"]);
  }));

test("while Postgres is away a script ends in time, and says how many rows wait", async () => {
  const simulator = await simulated();
  const { code, stderr } = await runScript(
    `${PRELUDE}
     for (let call = 1; call <= 3; call++) await (await ask("gemini-2.5-flash")).text();`,
    {
      env: environment(simulator, UNREACHABLE, {
        SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "1000",
      }),
    },
  );
  expect(code).toBe(0);
  expect(warningsIn(stderr)).toEqual([
    expect.stringMatching(/^The ledger cannot reach Postgres; its rows wait.*ECONNREFUSED/),
    expect.stringMatching(/^Usage rows wait in .*journal for the next start: 3$/),
  ]);
});

test("a Postgres that accepts and says nothing does not hold a signal beyond the deadline", async () => {
  const { url, connections } = await silentServer();
  const simulator = await simulated();
  const script = startScript(
    `${PRELUDE}
     await (await ask("gemini-2.5-flash")).text();
     await ask("gemini-2.5-flash-sim-hang");`,
    { env: environment(simulator, url, { SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "200" }) },
  );
  await Promise.all([connections(1), simulator.waitForArrivals(2)]);
  script.signal("SIGTERM");
  const { signal, stderr } = await script.ended;
  expect(signal).toBe("SIGTERM");
  expect(stderr).toMatch(/: Usage rows wait in .*journal for the next start: 2$/m);
});

test("without any database it is said once, and no script waits for one", async () => {
  const simulator = await simulated();
  const { code, stderr } = await runScript(
    `${PRELUDE}
     await (await ask("gemini-2.5-flash")).text();
     await spendspan.flush();
     await (await ask("gemini-2.5-flash")).text();`,
    {
      env: environment(simulator, "", {
        SPENDSPAN_EMBEDDED: "false",
        SPENDSPAN_SHUTDOWN_TIMEOUT_MS: A_LONG_TIME,
      }),
    },
  );
  expect(code).toBe(0);
  expect(warningsIn(stderr)).toEqual([
    expect.stringContaining("set DATABASE_URL, or the option `databaseUrl`"),
    expect.stringMatching(/^Usage rows wait in .*journal for the next start: 2$/),
  ]);
});

test("an exception that nobody catches ends the app as it does without spendspan", async () => {
  const simulator = await simulated();
  const fail = `
    await (await fetch(process.env.GOOGLE_GEMINI_BASE_URL + "/v1beta/models/x:generateContent")).text();
    setTimeout(() => { throw new Error("the app's own fault"); });`;
  const env = environment(simulator, UNREACHABLE);
  const [without, withUs] = await Promise.all([
    runScript(fail, { env }),
    runScript(PRELUDE + fail, { env }),
  ]);
  expect(withUs).toMatchObject({ code: without.code, signal: without.signal });
  expect(without.code).toBe(1);
  expect(withUs.stderr).toContain("the app's own fault");
});

test("an exit code that the app has set stays, and its rows are written", () =>
  withLedger(async ({ start, rows }) => {
    const script = start(`
      process.exitCode = 7;
      await (await ask("gemini-2.5-flash")).text();`);
    expect(await script.ended).toMatchObject({ code: 7, stderr: "" });
    expect(await rows()).toEqual(["unattributed success final"]);
  }));

test("a second process on the same port warns that it serves nothing, and meters all the same", () =>
  withLedger(async ({ start, rows }) => {
    const source = `
      await spendspan.ready();
      await (await withUsage({ brand: process.env.BRAND }, () => ask("gemini-2.5-flash"))).text();
      console.log("serving", spendspan.url);`;
    const port = String(await freePort());
    const env = { SPENDSPAN_PORT: port };
    const first = start(`${source} setInterval(() => undefined, 60_000);`, {
      ...env,
      BRAND: "first",
    });
    await first.printed(`serving http://127.0.0.1:${port}`);
    const second = await start(source, { ...env, BRAND: "second" }).ended;
    expect(second).toMatchObject({ code: 0, stdout: "serving undefined\n" });
    expect(warningsIn(second.stderr)).toEqual([
      expect.stringMatching(
        new RegExp(
          `Nothing is served for now: .*got 127.0.0.1:${port}: .*EADDRINUSE.*\`portRange\``,
        ),
      ),
    ]);
    first.signal("SIGTERM");
    await first.ended;
    expect(await rows()).toEqual(["first success final", "second success final"]);
  }));

async function withLedger(fn: (ledger: Ledger) => Promise<void>): Promise<void> {
  const simulator = await simulated({ chunkIntervalMs: 100 }); // the last is never read with the first
  await withDatabase(({ pool, url }) =>
    fn({
      simulator,
      start: (source, env) =>
        startScript(PRELUDE + source, { env: environment(simulator, url, env) }),
      rows: () => rowsIn(pool),
    }),
  );
}

async function rowsIn(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ row: string }>(
    "select concat_ws(' ', brand, status, usage_status) as row from api_usage order by created_at",
  );
  return rows.map(({ row }) => row);
}

function environment(
  simulator: Simulator,
  databaseUrl: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    GOOGLE_GEMINI_BASE_URL: simulator.url,
    DATABASE_URL: databaseUrl,
    SPENDSPAN_PORT: "0",
    ...more,
  };
}

/** The texts of the warnings that spendspan emitted. */
function warningsIn(stderr: string): readonly string[] {
  return [...stderr.matchAll(/SpendspanWarning: (.*)/g)].map(([, text]) => text!);
}

/** A "Postgres" that takes connections and never says a word. */
async function silentServer() {
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    server.emit("accepted");
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return {
    url: `postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none`,
    /** Resolves when so many connections were made. */
    connections: async (count: number): Promise<void> => {
      while (accepted < count) await once(server, "accepted");
    },
  };
}

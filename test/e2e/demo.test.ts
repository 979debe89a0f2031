/** The demo as a newcomer runs it: a process in a directory of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";

const DEMO = join(import.meta.dirname, "../../examples/demo/main.ts");
const READY = "Ctrl-C ends it";
const ONE_CALL = /^api_usage_requests_total\{.*status="success".*\} [1-9]/m;
const PATIENTLY = { timeout: 20_000 };

test("--once makes every kind of call, and finds that all accounts of them agree", async () => {
  const demo = await startDemo(["--once", "--calls", "60"]);
  const { code, stdout, stderr } = await demo.ended;
  expect(stdout).not.toContain("✗");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const title of ["ledger = /metrics = /api/usage = getUsageStats", "ledger = simulator"]) {
    expect(stdout).toContain(`\n${title}\n  ✓ `);
  }
  for (const status of ["success", "error", "timeout", "cancelled", "blocked"]) {
    expect(stdout).toContain(`✓ status ${status}: requests `);
  }
  for (const price of ["priced", "free", "partial", "unpriced"]) {
    expect(stdout).toMatch(new RegExp(`✓ gemini-\\S+, ${price}: requests `));
  }
  expect(stdout).toContain("✓ openweathermap, priced: requests ");
  expect(stdout).toMatch(/\nAll \d+ checks hold\n$/);
  // Its ledger was for itself alone.
  expect(await readdir(join(demo.directory, ".spendspan"))).toEqual([]);
});

test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
  "%s ends a demo that goes on with its last table, and Postgres with it",
  async (signal) => {
    const demo = await startDemo([]);
    const said = await demo.said(READY);
    const [, ledgerPort] = /psql postgres:\S+:(\d+)\/postgres/.exec(said) ?? [];
    expect(await isListening(Number(ledgerPort))).toBe(true);
    await vi.waitFor(async () => expect(await metricsOf(said)).toMatch(ONE_CALL), PATIENTLY);
    demo.signal(signal);
    const { code, stdout, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nAll +\d+ .*\nsuccess \d+ .*calls\/s\n$/);
    expect(await isListening(Number(ledgerPort))).toBe(false);
    expect(existsSync(join(demo.directory, ".spendspan/postgres/postmaster.pid"))).toBe(false);
  },
);

test("a port in use is no obstacle, and no variable leads the demo to another app's ledger", async () => {
  const occupant = createServer().listen(9_464, "127.0.0.1");
  // Taken here, or by somebody else before: both will do.
  await once(occupant, "listening").catch(() => undefined);
  onTestFinished(() => void occupant.close());
  const demo = await startDemo([], { DATABASE_URL: "postgres://nobody@127.0.0.1:1/theirs" });
  const said = await demo.said(READY);
  expect(said).toContain("Port 9464 is in use: takes another");
  await vi.waitFor(async () => expect(await metricsOf(said)).toMatch(ONE_CALL), PATIENTLY);
  demo.signal("SIGINT");
  expect((await demo.ended).code).toBe(0);
});

test.each([
  ["--frob", "--frob"],
  ["--live", "GEMINI_API_KEY"],
])("%s is refused before anything is started", async (argument, why) => {
  const demo = await startDemo([argument]);
  const { code, stdout, stderr } = await demo.ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(why);
  expect(await readdir(demo.directory)).toEqual([]);
});

async function startDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-demo-"));
  const child = spawn(process.execPath, [DEMO, ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => ({ code, stdout, stderr }));
  onTestFinished(async () => {
    // Asked kindly, since a killed demo leaves its Postgres to the next.
    child.kill("SIGTERM");
    await ended;
    await rm(directory, { recursive: true });
  });
  return {
    directory,
    ended,
    signal: (name: NodeJS.Signals) => void child.kill(name),
    /** All that was printed, once `text` is in it. Rejects when the demo ends without. */
    said: (text: string) =>
      new Promise<string>((resolve, reject) => {
        const look = () => void (stdout.includes(text) && resolve(stdout));
        child.stdout.on("data", look);
        void ended.then(() => reject(new Error(`It ended without "${text}": ${stdout}${stderr}`)));
        look();
      }),
  };
}

/** The page at the address that a demo said. */
async function metricsOf(said: string): Promise<string> {
  const [, url = ""] = /Metrics +(\S+)/.exec(said) ?? [];
  return (await fetch(url)).text();
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const isOpen = await Promise.race([
    once(socket, "connect").then(() => true),
    once(socket, "close").then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}

/** Runs an app of `test/fixtures` in a process of its own, as its users would. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface AppOptions<Report> {
  /** The whole environment but for PATH and the place of its data, a directory of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Options of Node, such as `--import`. */
  readonly nodeOptions?: readonly string[];
  readonly cwd?: string;
  /** Runs after the app has reported, while it is still there. */
  readonly whileItWaits?: (report: Report) => Promise<void>;
}

export interface AppRun<Report> {
  /** What the app gave to `report()`. */
  readonly report: Report;
  /** All that it wrote to stdout and stderr. */
  readonly output: string;
}

/** Runs `file` until it ends by itself. Rejects when it ends otherwise, or before its report. */
export async function runApp<Report>(
  file: string,
  options: AppOptions<Report>,
): Promise<AppRun<Report>> {
  const dataDir = await mkdtemp(join(tmpdir(), "spendspan-"));
  try {
    return await runWith(file, options, dataDir);
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

async function runWith<Report>(
  file: string,
  { env, nodeOptions = [], cwd, whileItWaits }: AppOptions<Report>,
  dataDir: string,
): Promise<AppRun<Report>> {
  const child = fork(file, {
    env: { PATH: process.env["PATH"], SPENDSPAN_PORT: "0", SPENDSPAN_DATA_DIR: dataDir, ...env },
    execArgv: [...nodeOptions],
    ...(cwd === undefined ? {} : { cwd }),
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const exited = once(child, "exit");
  const [first] = await Promise.race([once(child, "message"), exited.then(() => [])]);
  try {
    if (first !== undefined) await whileItWaits?.(first as Report);
  } finally {
    if (child.connected) child.disconnect();
  }
  const [code, signal] = await exited;
  const written = (await output).join("");
  if (first === undefined || code !== 0) {
    throw new Error(`${file} ended with ${code ?? signal}:\n${written}`);
  }
  return { report: first as Report, output: written };
}

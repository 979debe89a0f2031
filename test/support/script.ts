/**
 * Runs a script as a process of its own, and waits on what it prints and on how it ends.
 *
 * In the repository the name "spendspan" leads to its own `exports`, as it does in an app, so what
 * runs is what `npm run build` made.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";

import { temporaryDirectory } from "./temporary-directory.ts";

export interface ScriptOptions {
  /** @defaultValue `"module"` */
  readonly format?: "module" | "commonjs";
  /** @defaultValue the repository */
  readonly cwd?: string;
  /** All of the environment but PATH and the place of its data, a directory of its own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node before the script. */
  readonly nodeOptions?: readonly string[];
}

export interface ScriptEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Script {
  readonly pid: number;
  /** Resolves to all it has printed once `text` is there; rejects when it ends without. */
  printed(text: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<ScriptEnd>;
}

const REPOSITORY = join(import.meta.dirname, "../..");

/** Starts `source`; whatever becomes of the test, the process does not outlive it. */
export function startScript(source: string, options: ScriptOptions = {}): Script {
  const { format = "module", cwd = REPOSITORY, nodeOptions = [] } = options;
  const child = spawn(
    process.execPath,
    [...nodeOptions, `--input-type=${format}`, "--eval", source],
    { cwd, env: environment(options), stdio: ["ignore", "pipe", "pipe"] },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, stdout, stderr }));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended; // before its data is removed
  });
  return {
    pid: child.pid!,
    signal: (name) => void child.kill(name),
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve(stdout);
        };
        child.stdout.on("data", look);
        look();
        void ended.then(({ stderr }) => reject(new Error(`Never printed "${text}":\n${stderr}`)));
      }),
  };
}

function environment({ cwd, env }: ScriptOptions): NodeJS.ProcessEnv {
  const isGiven = cwd !== undefined || env?.["SPENDSPAN_DATA_DIR"] !== undefined;
  const dataDir = isGiven ? {} : { SPENDSPAN_DATA_DIR: temporaryDirectory() };
  return { PATH: process.env["PATH"], ...dataDir, ...env };
}

/** Runs `source` until it ends. */
export function runScript(source: string, options?: ScriptOptions): Promise<ScriptEnd> {
  return startScript(source, options).ended;
}

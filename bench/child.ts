/** Processes whose functions can be called from here. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Functions of a child; what they take and give is plain JSON. */
type Functions = Readonly<Record<string, (task: never) => Promise<unknown>>>;
interface Message {
  readonly name: string;
  readonly task: unknown;
}

export class Child<Offered extends Functions> implements AsyncDisposable {
  readonly #process: ChildProcess;
  /** Its own: what one leaves in its journal is nobody else's work. */
  readonly #dataDir = mkdtempSync(join(tmpdir(), "spendspan-bench-"));

  constructor(program: string, setting: object) {
    this.#process = fork(new URL(program, import.meta.url), [JSON.stringify(setting)], {
      execArgv: ["--expose-gc"],
      env: { ...process.env, SPENDSPAN_DATA_DIR: this.#dataDir },
    });
  }

  /** One call at a time. @throws AbortError when the child ends before it has answered. */
  async call<Name extends keyof Offered & string>(
    name: Name,
    task: Parameters<Offered[Name]>[0],
  ): Promise<Awaited<ReturnType<Offered[Name]>>> {
    const ended = new AbortController();
    const onExit = (): void => ended.abort();
    this.#process.once("exit", onExit);
    try {
      this.#process.send({ name, task } satisfies Message);
      const [answer] = await once(this.#process, "message", { signal: ended.signal });
      return answer as Awaited<ReturnType<Offered[Name]>>;
    } finally {
      this.#process.off("exit", onExit);
    }
  }

  /** Nothing in a child is worth an orderly end. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await exited;
    }
    rmSync(this.#dataDir, { recursive: true });
  }
}

/** What the parent gave to this child. */
export function childSetting<Setting>(): Setting {
  return JSON.parse(process.argv[2] ?? "{}") as Setting;
}

/** Offers functions to the parent, for as long as it lives. */
export function offer(functions: Functions): void {
  process.on("message", ({ name, task }: Message) => {
    void functions[name]!(task as never).then((answer) => process.send!(answer));
  });
  process.on("disconnect", () => process.exit());
}

/** A real Prometheus with data of the past, for one file of tests. Needs `apt-get install prometheus`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Series } from "./series.ts";

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

export class PrometheusServer {
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #address: string;

  private constructor(directory: string, process: ChildProcess, address: string) {
    this.#directory = directory;
    this.#process = process;
    this.#address = address;
  }

  /**
   * @param pages Texts in OpenMetrics; short ones, as each is read once for every two hours of it.
   * @param flags For Prometheus, besides those that say where it is.
   */
  static async start(
    pages: Iterable<string>,
    flags: readonly string[] = [],
  ): Promise<PrometheusServer> {
    const directory = mkdtempSync(join(tmpdir(), "spendspan-prometheus-"));
    const data = join(directory, "data");
    const page = join(directory, "page");
    for (const text of pages) {
      writeFileSync(page, text);
      const made = spawnSync(
        "promtool",
        ["tsdb", "create-blocks-from", "openmetrics", "--quiet", page, data],
        { encoding: "utf8" },
      );
      if (made.status !== 0) throw new Error(`promtool: ${made.error ?? made.stderr}`);
    }
    const config = join(directory, "prometheus.yml");
    writeFileSync(config, "");
    const process = spawn(
      "prometheus",
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        "--storage.tsdb.retention.time=10y",
        "--web.listen-address=127.0.0.1:0",
        ...flags,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    return new PrometheusServer(directory, process, await addressOf(process));
  }

  /** At a moment, in milliseconds since the Unix epoch. */
  instant(query: string, atMs: number): Promise<readonly Series[]> {
    return this.#ask("query", { query, time: String(atMs / 1_000) });
  }

  range(query: string, fromMs: number, toMs: number, stepMs: number): Promise<readonly Series[]> {
    return this.#ask("query_range", {
      query,
      start: String(fromMs / 1_000),
      end: String(toMs / 1_000),
      step: String(stepMs / 1_000),
    });
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, "exit");
    rmSync(this.#directory, { recursive: true });
  }

  async #ask(path: string, parameters: Record<string, string>): Promise<readonly Series[]> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`http://${this.#address}/api/v1/${path}`, {
      method: "POST",
      body,
    });
    const answer = (await response.json()) as Answer;
    if (answer.status !== "success") throw new Error(`${answer.error}: ${parameters["query"]}`);
    return answer.data.result.map(({ metric, value, values }) => ({
      labels: metric,
      points: (values ?? (value === undefined ? [] : [value])).map(
        ([at, number]) => [at, Number(number)] as const,
      ),
    }));
  }
}

/** Where it listens, once it is ready: its log says both, in either order. */
async function addressOf(process: ChildProcess): Promise<string> {
  let address: string | undefined;
  let ready = false;
  const log: string[] = [];
  for await (const line of createInterface({ input: process.stderr! })) {
    log.push(line);
    address ??= /msg="Listening on".* address=(\S+)/.exec(line)?.[1];
    ready ||= line.includes("ready to receive web requests");
    if (address !== undefined && ready) {
      // The log has to be read on, or Prometheus would wait for it.
      process.stderr!.resume();
      return address;
    }
  }
  throw new Error(`Prometheus did not start:\n${log.join("\n")}`);
}

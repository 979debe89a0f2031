/** A Prometheus with our rules and an Alertmanager with our routes, on loopback. They need Debian's packages. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { RULES_FILE } from "../../prometheus/source/rules.ts";
import { SETTINGS } from "../../prometheus/source/settings.ts";
import { freePort } from "./free-port.ts";
import { until } from "./until.ts";

export interface Monitor extends AsyncDisposable {
  readonly url: string;
}

export interface PrometheusOptions {
  /** Where the ledger's gauges are, and where apps are, as `127.0.0.1:9464`. */
  readonly ledgers: readonly string[];
  readonly apps?: readonly string[];
  readonly alertmanager?: Monitor;
  /** Between two scrapes, and two evaluations of our rules. @defaultValue `1_000` */
  readonly intervalMs?: number;
}

const ALERTMANAGER = new URL("../../prometheus/alertmanager.yml", import.meta.url);
const READY_WITHIN_MS = 20_000;

export function startPrometheus(options: PrometheusOptions): Promise<Monitor> {
  const { ledgers, apps = [], alertmanager, intervalMs = 1_000 } = options;
  const interval = `${intervalMs}ms`;
  const config = {
    global: {
      scrape_interval: interval,
      scrape_timeout: interval,
      evaluation_interval: interval,
    },
    rule_files: [fileURLToPath(RULES_FILE)],
    alerting: {
      alertmanagers: [
        { static_configs: [{ targets: alertmanager ? [new URL(alertmanager.url).host] : [] }] },
      ],
    },
    scrape_configs: [
      { job_name: SETTINGS.ledgerJob, static_configs: [{ targets: ledgers }] },
      { job_name: SETTINGS.appJob, static_configs: [{ targets: apps }] },
    ],
  };
  // JSON is YAML.
  return startMonitor("prometheus", JSON.stringify(config), "--storage.tsdb.path");
}

/** By alertmanager.yml as it stands, or as `configOf` makes it out of that. */
export function startAlertmanager(
  configOf: (text: string) => string = (text) => text,
): Promise<Monitor> {
  const config = configOf(readFileSync(ALERTMANAGER, "utf8"));
  const alone = "--cluster.listen-address=";
  return startMonitor("prometheus-alertmanager", config, "--storage.path", alone);
}

/** What `query` finds now, by brand; what has none is under the empty name. */
export async function valuesOf(
  { url }: Monitor,
  query: string,
): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data, error } = (await response.json()) as QueryAnswer;
  if (data === undefined) throw new Error(`Prometheus can't answer ${query}: ${error}`);
  return Object.fromEntries(
    data.result.map(({ metric, value }) => [metric["brand"] ?? "", +value[1]]),
  );
}

interface QueryAnswer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [timestamp: number, text: string];
    }[];
  };
}

async function startMonitor(
  program: string,
  config: string,
  storageFlag: string,
  ...flags: readonly string[]
): Promise<Monitor> {
  const directory = mkdtempSync(join(tmpdir(), "spendspan-monitor-"));
  const configFile = join(directory, "config.yml");
  writeFileSync(configFile, config);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    [
      `--config.file=${configFile}`,
      `${storageFlag}=${join(directory, "data")}`,
      `--web.listen-address=${address}`,
      ...flags,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = once(child, "close");
  const monitor = {
    url: `http://${address}`,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
  const failed = ended.then(() => Promise.reject(new Error(`${program} ended:\n${said}`)));
  try {
    await Promise.race([until(() => isReady(monitor), READY_WITHIN_MS), failed]);
  } catch (error) {
    await monitor[Symbol.asyncDispose]();
    throw error;
  }
  return monitor;
}

function isReady({ url }: Monitor): Promise<boolean> {
  return fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

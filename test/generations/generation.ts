/**
 * The two generations of the OpenTelemetry SDK that apps have, each with its own API package: 3.x is
 * what this repository has installed, 2.x is installed in `otel-2/` when a test first asks for it.
 *
 * They can't be in one `node_modules`: the API of one is refused by the SDK of the other.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { type InstalledApp, installedApp } from "../support/installed.ts";

const run = promisify(execFile);

export interface Generation {
  /** The project in whose `node_modules` it is. */
  readonly project: string;
  /** The package of the span processors. */
  readonly tracing: string;
  /** A span processor that hands each span to `exporter` when it ends. */
  readonly processor: string;
}

const OTEL_2 = join(import.meta.dirname, "otel-2");

export const GENERATIONS: Readonly<Record<"2.x" | "3.x", Generation>> = {
  "2.x": {
    project: OTEL_2,
    tracing: "@opentelemetry/sdk-trace-base",
    processor: "new SimpleSpanProcessor(exporter)",
  },
  "3.x": {
    project: join(import.meta.dirname, "../.."),
    tracing: "@opentelemetry/sdk-trace",
    processor: "new SimpleSpanProcessor({ exporter })",
  },
};

const PACKAGES = [
  "@opentelemetry/api",
  "@opentelemetry/sdk-node",
  "@opentelemetry/sdk-metrics",
  "@opentelemetry/exporter-prometheus",
];

/** An app with spendspan and Google's SDK that has this generation, and no other. */
export async function appOfGeneration(generation: Generation): Promise<InstalledApp> {
  const app = await installedApp();
  await app.link([...PACKAGES, generation.tracing], generation.project);
  await app.link(["@google/genai"]);
  return app;
}

/** Installs 2.x by its lockfile, unless that is what is there. */
export async function installOtel2(): Promise<void> {
  const lock = await readFile(join(OTEL_2, "package-lock.json"), "utf8");
  const marker = join(OTEL_2, "node_modules/.installed-from-lock.json");
  if ((await readFile(marker, "utf8").catch(() => undefined)) === lock) return;
  console.warn(`Installing OpenTelemetry 2.x in ${OTEL_2}, for tests: 50 MB, once`);
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: OTEL_2 });
  await writeFile(marker, lock);
}

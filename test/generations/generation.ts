/**
 * The two generations of the OpenTelemetry SDK that apps have, each with its own API package: 3.x is
 * what this repository has installed, 2.x is installed in `otel-2/` when a test first asks for it.
 *
 * They can't be in one `node_modules`: the API of one is refused by the SDK of the other.
 */
import { join } from "node:path";

import { type InstalledApp, installedApp } from "../support/installed.ts";
import { installLocked } from "../support/locked-packages.ts";

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

/** Installs 2.x, where a test asks for it. */
export function installOtel2(): Promise<void> {
  return installLocked(OTEL_2);
}

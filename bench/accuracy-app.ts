/**
 * One process of the app whose figures are compared: brands call Gemini, each at a pace of its own, until
 * its time is over. Then it ends in good order, or is killed where it stands.
 */
import { setTimeout } from "node:timers/promises";

import { init, withUsage } from "spendspan";

import { childSetting } from "./child.ts";

export interface AppSetting {
  readonly model: string;
  readonly lifeMs: number;
  readonly end: "shutdown" | "kill";
  /** Milliseconds between two calls, by brand. */
  readonly paces: Readonly<Record<string, number>>;
}

/** So long that a call costs about a cent. */
const DOCUMENT = "A brand pays for what it asks. ".repeat(1_000);

const { model, lifeMs, end, paces } = childSetting<AppSetting>();
const spendspan = init();
await spendspan.ready();
await Promise.all(Object.entries(paces).map(([brand, paceMs]) => makeCalls(brand, paceMs)));
if (end === "kill") process.kill(process.pid, "SIGKILL");
await spendspan.shutdown();

async function makeCalls(brand: string, paceMs: number): Promise<void> {
  const url = `${process.env["GOOGLE_GEMINI_BASE_URL"]}/v1beta/models/${model}:generateContent`;
  // The simulator's bill is told apart by the mark.
  const text = `[[call:${brand}]] ${DOCUMENT}`;
  const body = JSON.stringify({ contents: [{ parts: [{ text }] }] });
  const endMs = performance.now() + lifeMs;
  while (performance.now() + paceMs < endMs) {
    await setTimeout(paceMs);
    await withUsage({ endpoint: "chat", brand }, async () =>
      (await fetch(url, { method: "POST", body })).json(),
    );
  }
}

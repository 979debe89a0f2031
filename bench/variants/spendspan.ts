/**
 * spendspan with everything on: tags, spans and the conventions' metrics on the app's OpenTelemetry
 * SDK, `/metrics` served, and every call a row in Postgres.
 */
import { init, UsageSpanProcessor, withUsage } from "spendspan";

import { type Calls, readToEnd, type Transport } from "../calls.ts";
import type { Variant } from "../variant.ts";
import { startOpenTelemetry } from "./open-telemetry.ts";

const TAGS = { endpoint: "chat", brand: "acme", campaign: "autumn" };

export interface SpendspanSetting {
  readonly transport: Transport;
  readonly databaseUrl: string;
}

export async function spendspan(calls: Calls, setting: SpendspanSetting): Promise<Variant> {
  startOpenTelemetry([new UsageSpanProcessor()]);
  const { transport, databaseUrl } = setting;
  const metering = init({
    databaseUrl,
    baseUrls: transport === "mock" ? [] : [transport.url],
    port: 0,
    logger: { info: () => {}, warn: () => {} },
  });
  await metering.ready();
  return {
    unary: () => withUsage(TAGS, () => calls.unary()),
    stream: () => withUsage(TAGS, async () => readToEnd(await calls.stream())),
    settle: async () => void (await metering.flush()),
  };
}

/** Usage over OTLP, to a receiver as a Collector is one, from an app that has no SDK of its own. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

import { expect, test } from "vitest";

import { simulated } from "../simulator/client.ts";
import { withDatabase } from "../support/database.ts";
import { serve } from "../support/http-server.ts";
import { runScript } from "../support/script.ts";

interface LogsRequest {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly scope: { readonly name: string };
      readonly logRecords: readonly LogRecord[];
    }[];
  }[];
}

interface LogRecord {
  readonly eventName: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly [kind: string]: unknown };
  }[];
}

const APP = `
  import { init, withUsage } from "spendspan";
  const spendspan = init({ server: false, journal: false });
  await spendspan.ready();
  const url = process.env.GOOGLE_GEMINI_BASE_URL + "/v1beta/models/gemini-2.5-flash:generateContent";
  const body = JSON.stringify({ contents: [{ parts: [{ text: "How much?" }] }] });
  await withUsage({ brand: "acme", user: "u1" }, async () => {
    await (await fetch(url, { method: "POST", body })).json();
  });
  await spendspan.shutdown();`;

test("a call's event says what its row says", () =>
  withDatabase(async ({ pool, url }) => {
    const received: LogsRequest[] = [];
    const receive = async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/v1/logs") received.push((await json(request)) as LogsRequest);
      response.setHeader("content-type", "application/json").end("{}");
    };
    await using collector = await serve((request, response) => void receive(request, response));
    const simulator = await simulated();
    const { code, stderr } = await runScript(APP, {
      env: {
        DATABASE_URL: url,
        GOOGLE_GEMINI_BASE_URL: simulator.url,
        SPENDSPAN_LOG_EVENTS: "true",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_TRACES_EXPORTER: "none",
        OTEL_METRICS_EXPORTER: "none",
      },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });

    const scopes = received
      .flatMap(({ resourceLogs }) => resourceLogs)
      .flatMap(({ scopeLogs }) => scopeLogs);
    expect(scopes.map(({ scope }) => scope.name)).toEqual(["spendspan"]);
    const [event, ...others] = scopes.flatMap(({ logRecords }) => logRecords);
    expect(others).toEqual([]);
    const attributes = Object.fromEntries(
      (event?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
    );
    const { rows } = await pool.query<{ row: Record<string, unknown> }>(
      // Without what the database fills by itself, and what it writes in its own way.
      `select jsonb_strip_nulls(to_jsonb(usage) || jsonb_build_object(
           'estimated_cost_usd', trim_scale(estimated_cost_usd)::text,
           'trace_id', encode(trace_id, 'hex'), 'span_id', encode(span_id, 'hex')))
         - array['ingested_at', 'total_tokens', 'created_at', 'token_modalities'] as row
       from api_usage as usage`,
    );
    const { row } = rows[0]!;
    expect(event).toMatchObject({
      eventName: "spendspan.usage",
      traceId: row["trace_id"],
      spanId: row["span_id"],
    });
    expect(attributes).toMatchObject(row);
    expect(row).toMatchObject({ brand: "acme", end_user: "u1", status: "success" });
  }));

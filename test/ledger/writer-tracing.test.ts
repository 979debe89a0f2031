import { trace } from "@opentelemetry/api";
import type { Pool, PoolClient } from "pg";
import { expect, test } from "vitest";

import { getUsageStats } from "../../src/stats/queries.ts";
import { systemClock } from "../../src/base/clock.ts";
import { withDatabase } from "../support/database.ts";
import { withSdk } from "../support/otel.ts";
import { aRecord } from "../support/record.ts";
import { aWriter } from "../support/writer.ts";

test("writing and reading the ledger leaves no spans in an app that traces its database", () =>
  withSdk({}, ({ spans }) =>
    withDatabase(async ({ pool }) => {
      const traced = withSpans(pool);
      const writer = aWriter(traced, {}, { flushIntervalMs: 1 });
      await trace.getTracer("app").startActiveSpan("call", async (call) => {
        writer.accept(aRecord());
        await writer.flush({ timeoutMs: 5_000 });
        await getUsageStats(traced, { days: 1 }, systemClock);
        call.end();
      });
      expect(writer.state().written).toBe(1);
      expect(spans().map(({ name }) => name)).toEqual(["call"]);
      // The control: the app's own statement on the same pool does make spans.
      (await traced.connect()).release();
      expect(spans().map(({ name }) => name)).toEqual(["call", "pg-pool.connect"]);
      await writer.close({ timeoutMs: 1_000 });
    }),
  ));

/** Makes spans where OpenTelemetry's instrumentation of pg does: for connecting and for each query. */
function withSpans(pool: Pool): Pool {
  const tracer = trace.getTracer("instrumentation-pg");
  const connect = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const tracedConnect = async (): Promise<PoolClient> => {
    tracer.startSpan("pg-pool.connect").end();
    const client = await connect();
    return new Proxy(client, {
      get(target, name) {
        if (name === "query") tracer.startSpan("pg.query").end();
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  return Object.assign(Object.create(pool), { connect: tracedConnect }) as Pool;
}

/** Whatever becomes of a call, the app sees what it would see without us, and the ledger has one row for it. */
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";

import type { SimulatedCall } from "../simulator/call-log.ts";
import { type AppRun, runApp } from "../support/app.ts";
import { withDatabase } from "../support/database.ts";

const APP = join(import.meta.dirname, "../fixtures/behaviours/app.ts");

interface Report {
  readonly outcomes: object;
  /** Rejections and exceptions that nobody handled. */
  readonly unhandled: readonly unknown[];
  /** How many requests each case sent. */
  readonly requests: Readonly<Record<string, number>>;
  readonly calls: readonly SimulatedCall[];
}

interface Row {
  readonly httpStatus: number | null;
  readonly status: string;
  readonly errorType: string | null;
  readonly usage: string;
  readonly price: string;
  readonly costUsd: string | null;
}

type BrandedRow = readonly [brand: string, row: Row];

/** A row, and how its cost stands to what was charged. */
interface Expected extends Omit<Row, "costUsd"> {
  readonly cost: "exact" | "lower bound" | "unknown" | "zero";
}

const ANSWERED: Expected = {
  httpStatus: 200,
  status: "success",
  errorType: null,
  usage: "final",
  price: "priced",
  cost: "exact",
};
const UNSEEN = { usage: "missing", price: "unpriced", cost: "unknown" } as const;
const LOWER_BOUND = { usage: "partial", price: "partial", cost: "lower bound" } as const;
const LEFT: Expected = { ...ANSWERED, status: "cancelled", errorType: "abandoned" };
const CUT: Expected = { ...ANSWERED, status: "error", errorType: "UND_ERR_SOCKET" };
/** The app took the body up, and neither read it nor let it go. */
const KEPT: Expected = { ...ANSWERED, ...UNSEEN, status: "unknown", errorType: "process_ended" };
const NO_ANSWER = { ...UNSEEN, httpStatus: null };

const blocked = (errorType: string): Expected => ({ ...ANSWERED, status: "blocked", errorType });
const refused = (httpStatus: number, errorType: string): Expected => ({
  httpStatus,
  status: "error",
  errorType,
  usage: "missing",
  price: "free",
  cost: "zero",
});

/** By case; `unary/ok` is that of all clients but those that are named with it. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  ...inBothForms({
    ok: ANSWERED,
    thinking: ANSWERED,
    cached: ANSWERED,
    tooluse: ANSWERED,
    full: ANSWERED,
    maxtok: ANSWERED,
    gap: ANSWERED,
    cont: ANSWERED,
    huge1: ANSWERED,
    rerouted: ANSWERED,
    crlf: ANSWERED,
    bytewise: ANSWERED,
    blocked: blocked("PROHIBITED_CONTENT"),
    safety: blocked("SAFETY"),
    nousage: { ...ANSWERED, ...UNSEEN },
    unknownmodel: { ...ANSWERED, price: "unpriced", cost: "unknown" },
    err400: refused(400, "INVALID_ARGUMENT"),
    err429: refused(429, "RESOURCE_EXHAUSTED"),
    err500: refused(500, "INTERNAL"),
    err503: refused(503, "UNAVAILABLE"),
    html502: refused(502, "502"),
    reset: { ...CUT, ...NO_ANSWER },
  }),
  "unary/nofinish": ANSWERED,
  // All that was charged has been told, but nothing says that this is so.
  "stream/nofinish": { ...ANSWERED, ...LOWER_BOUND, cost: "exact" },
  "unary/sseerr": ANSWERED,
  "stream/sseerr": {
    ...ANSWERED,
    ...LOWER_BOUND,
    status: "error",
    errorType: "UNAVAILABLE",
    cost: "exact",
  },
  "unary/badjson": { ...ANSWERED, ...UNSEEN, status: "error", errorType: "SyntaxError" },
  // It came as it should, as far as HTTP goes; @google/genai lets go of it when it can't go on.
  "stream/badjson": { ...ANSWERED, ...LOWER_BOUND },
  "genai/stream/badjson": { ...LEFT, ...LOWER_BOUND },
  ...cutAnywhere("unary", UNSEEN),
  ...cutAnywhere("stream", LOWER_BOUND),

  "stream/break": LEFT,
  "stream/throw": LEFT,
  // @google/generative-ai reads on by itself, for the promise beside its stream.
  "legacy/stream/break": ANSWERED,
  "legacy/stream/throw": ANSWERED,
  "stream/unread": ANSWERED,
  "stream/abort": { ...LEFT, ...LOWER_BOUND, errorType: "AbortError" },
  // Interactions tell their usage with their end, and the SDK takes the body up before it is read.
  "interactions/stream/cut": { ...CUT, ...UNSEEN },
  "interactions/stream/cutmid": { ...CUT, ...UNSEEN },
  "interactions/stream/sseerr": {
    ...ANSWERED,
    ...UNSEEN,
    status: "error",
    errorType: "UNAVAILABLE",
  },
  "interactions/stream/abort": { ...LEFT, ...UNSEEN, errorType: "AbortError" },
  "interactions/stream/unread": KEPT,
  "unary/abort": { ...LEFT, ...NO_ANSWER, errorType: "AbortError" },
  "unary/timeout": { ...NO_ANSWER, status: "timeout", errorType: "TimeoutError" },
  "unary/aborted before": {
    ...NO_ANSWER,
    status: "cancelled",
    errorType: "AbortError",
    price: "free",
    cost: "zero",
  },
  "legacy/unary/aborted before": ANSWERED,

  ...readings(["json", "text", "arrayBuffer", "blob", "bytes", "clone", "tee", "twice", "cancel"]),
  ...readings(["byte reader", "rest after a reader"], LEFT),
  // Read whole, and refused for its type.
  ...readings(["formData"], { ...ANSWERED, ...UNSEEN, status: "error", errorType: "TypeError" }),
  "reader kept/full": KEPT,
  "reader kept/cutbody": KEPT,
};

function inBothForms(expected: Readonly<Record<string, Expected>>): Record<string, Expected> {
  return Object.fromEntries(
    Object.entries(expected).flatMap(([behaviour, row]) => [
      [`unary/${behaviour}`, row],
      [`stream/${behaviour}`, row],
    ]),
  );
}

function cutAnywhere(form: string, known: Partial<Expected>): Record<string, Expected> {
  const ways = ["cut", "cutmid", "cutbody"];
  return Object.fromEntries(ways.map((way) => [`${form}/${way}`, { ...CUT, ...known }]));
}

function readings(
  methods: readonly string[],
  whole: Expected = ANSWERED,
): Record<string, Expected> {
  return Object.fromEntries(
    methods.flatMap((method) => [
      [`${method}/full`, whole],
      [`${method}/cutbody`, { ...CUT, ...UNSEEN }],
    ]),
  );
}

/** The key in the table of a case such as `genai/unary/ok`. */
function keyOf(id: string): string {
  return id in EXPECTED ? id : id.slice(id.indexOf("/") + 1);
}

let plain: AppRun<Report>;
let disabled: AppRun<Report>;
let metered: AppRun<Report>;
let rows: readonly BrandedRow[];

beforeAll(async () => {
  await withDatabase(async ({ pool, url }) => {
    const stored = async (): Promise<readonly BrandedRow[]> => {
      const result = await pool.query<Row & { brand: string }>(
        `select brand, http_status_code as "httpStatus", status, error_type as "errorType",
                usage_status as usage, price_status as price,
                trim_scale(estimated_cost_usd)::text as "costUsd"
         from api_usage`,
      );
      return result.rows.map(({ brand, ...row }) => [brand, row]);
    };
    // What the app holds on to is booked when it ends; all else while it is still there.
    const settled = async ({ requests }: Report): Promise<void> => {
      const ids = Object.keys(requests).filter((id) => EXPECTED[keyOf(id)] !== KEPT);
      await vi.waitFor(
        async () => {
          const booked = new Set((await stored()).map(([brand]) => brand));
          expect(ids.filter((id) => !booked.has(id))).toEqual([]);
        },
        { timeout: 20_000, interval: 100 },
      );
    };
    const env = { METERED: "1", DATABASE_URL: url, SPENDSPAN_FLUSH_INTERVAL_MS: "50" };
    [plain, disabled, metered] = await Promise.all([
      runApp<Report>(APP, { env: {} }),
      runApp<Report>(APP, { env: { METERED: "1", SPENDSPAN_DISABLED: "true" } }),
      runApp<Report>(APP, { env, whileItWaits: settled }),
    ]);
    rows = await stored();
  });
});

test("the app gets what it would get without spendspan", () => {
  expect(metered.report.outcomes).toEqual(plain.report.outcomes);
  expect(metered.report.unhandled).toEqual(plain.report.unhandled);
  expect(plain.report.unhandled).not.toEqual([]);
  expect(metered.output).toBe(plain.output);
});

test("the app gets what it would get without spendspan when that is disabled", () => {
  expect(disabled.report.outcomes).toEqual(plain.report.outcomes);
  expect(disabled.report.unhandled).toEqual(plain.report.unhandled);
  expect(disabled.output).toBe(plain.output);
});

test("every case has its line in the table", () => {
  const keys = new Set(Object.keys(metered.report.requests).map(keyOf));
  expect([...keys].sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each(Object.entries(EXPECTED))("%s: a row for each request", (key, expected) => {
  const { requests, calls } = metered.report;
  const ids = Object.keys(requests).filter((id) => keyOf(id) === key);
  expect(ids).not.toEqual([]);
  for (const id of ids) {
    const charged = calls
      .filter(({ marker }) => marker === id)
      .flatMap(({ costUsd }) => costUsd ?? []);
    const booked = rows
      .filter(([brand]) => brand === id)
      .map(([, { costUsd, ...row }]) => ({ ...row, cost: standingOf(costUsd, charged) }));
    // A call that was given up before it was sent is none of the simulator's, but it is the app's.
    const count = Math.max(requests[id]!, 1);
    expect(booked).toEqual(Array.from({ length: count }, () => expected));
  }
});

/** How a cost stands to what was charged for the requests of its case. */
function standingOf(
  costUsd: string | null,
  charged: readonly string[],
): Expected["cost"] | "wrong" {
  if (costUsd === null) return "unknown";
  if (charged.includes(costUsd)) return "exact";
  if (charged.length === 0) return costUsd === "0" ? "zero" : "wrong";
  return charged.every((full) => Number(costUsd) < Number(full)) ? "lower bound" : "wrong";
}

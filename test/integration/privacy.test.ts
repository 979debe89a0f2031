/** What the app says to the provider, and hears from it, is found nowhere but on the wire. */
import { createHmac } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

import { FINGERPRINT_KEY, HEARD, SENT, USER } from "../fixtures/privacy/canaries.ts";
import { runApp } from "../support/app.ts";
import { withDatabase } from "../support/database.ts";

const APP = join(import.meta.dirname, "../fixtures/privacy/app.ts");

interface Report {
  /** All that the provider was sent, and that it answered. */
  readonly exchanged: string;
  readonly spans: string;
  readonly metrics: string;
  readonly logs: string;
}

let exchanged: string;
let ledger: string;
let fingerprints: readonly string[];
/** Where others than the company's own may look. */
let open: Readonly<Record<string, string>>;
let files: readonly string[];
/** What waits on the disk while Postgres is away, and what it refused. */
let journal: string;

beforeAll(async () => {
  const cwd = await mkdtemp(join(tmpdir(), "spendspan-privacy-"));
  await withDatabase(async ({ pool, url }) => {
    // Postgres shows the row that it refuses, and refusals are logged.
    await pool.query("alter table api_usage add check (status <> 'blocked')");
    const { report, output } = await runApp<Report>(APP, {
      env: { DATABASE_URL: url, SPENDSPAN_DATA_DIR: cwd },
    });
    const { rows } = await pool.query<{ row: string }>("select u::text as row from api_usage u");
    ledger = rows.map(({ row }) => row).join("\n");
    const { rows: keys } = await pool.query<{ key_fingerprint: string }>(
      "select distinct key_fingerprint from api_usage where key_fingerprint is not null",
    );
    fingerprints = keys.map(({ key_fingerprint }) => key_fingerprint);
    exchanged = report.exchanged;
    open = { spans: report.spans, metrics: report.metrics, logs: report.logs, output };
  });
  files = await readdir(cwd, { recursive: true });
  await runApp<Report>(APP, {
    env: {
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
      SPENDSPAN_DATA_DIR: cwd,
      SPENDSPAN_SHUTDOWN_TIMEOUT_MS: "100",
    },
  });
  journal = await contentOf(cwd);
  await rm(cwd, { recursive: true });
});

/** One of each surface. */
const OPERATIONS = [
  "generateContent",
  "interactions.create",
  "batchGenerateContent",
  "cachedContents.create",
  "chat.completions",
  "bidiGenerateContent",
];

test("the canaries were on the wire, and there is something to be searched", () => {
  for (const canary of Object.values({ ...SENT, ...HEARD })) expect(exchanged).toContain(canary);
  // Of calls to models and by hand 15, of interactions 4, of batches 6, of a cache 2, by OpenAI's
  // method 3, and 2 turns of a Live session.
  expect(ledger.split("\n")).toHaveLength(32);
  for (const operation of OPERATIONS) expect(journal).toContain(operation);
  expect(open).toMatchObject({
    spans: expect.stringContaining("acme"),
    metrics: expect.stringContaining("acme"),
    logs: expect.stringContaining("Postgres refuses"),
  });
});

const SECRETS = { ...SENT, ...HEARD, fingerprintKey: FINGERPRINT_KEY };
test.each(Object.entries(SECRETS))("%s is neither kept nor shown", (_, canary) => {
  for (const kept of [ledger, journal]) expect(kept).not.toContain(canary);
  for (const text of Object.values(open)) expect(text).not.toContain(canary);
});

test("keys are told apart by fingerprints, in the ledger only", () => {
  const keys = [SENT.apiKey, SENT.keyInQuery, SENT.keyAsBearer];
  const expected = keys.map((key) =>
    createHmac("sha256", FINGERPRINT_KEY).update(key).digest("hex").slice(0, 16),
  );
  expect(fingerprints.toSorted()).toEqual(expected.toSorted());
  for (const text of Object.values(open)) {
    for (const fingerprint of expected) expect(text).not.toContain(fingerprint);
  }
});

test("the app's own user is in the ledger, and nowhere else", () => {
  expect(ledger).toContain(USER);
  for (const text of Object.values(open)) expect(text).not.toContain(USER);
});

test("once the rows are in the ledger no file is left but of the one that it refused", () => {
  const refused = expect.stringMatching(/^dead-letters\/[0-9a-f]{32}\.jsonl$/);
  expect(files.toSorted()).toEqual(["dead-letters", refused, "journal"]);
});

/** All files below `path`. */
async function contentOf(path: string): Promise<string> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const texts = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8"));
  return (await Promise.all(texts)).join("");
}

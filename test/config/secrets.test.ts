import { expect, test } from "vitest";

import { faultsOf } from "../support/config.ts";

const SECRET = "hunter2";

test.each([
  ["a short token", { token: SECRET }],
  ["a short fingerprint key", { fingerprintKey: SECRET }],
  ["a token that is no text", { token: [SECRET] }],
  ["the URL of another database", { databaseUrl: `mysql://me:${SECRET}@db/app` }],
  ["a database URL with a slip in it", { databaseUrl: `postgres//me:${SECRET}@db/app` }],
  ["a URL object", { databaseUrl: new URL(`postgres://me:${SECRET}@db/app`) }],
  ["a database URL in place of all options", `postgres://me:${SECRET}@db/app`],
  ["a base URL of another scheme", { baseUrls: [`ftp://me:${SECRET}@gateway`] }],
  ["a base URL that is not in a list", { baseUrls: `https://me:${SECRET}@gateway` }],
  [
    "a database URL that came to the wrong place",
    { openTelemetry: `postgres://me:${SECRET}@db/app` },
  ],
])("secrets are in no message: %s", (_, options) => {
  const faults = faultsOf(options);
  expect(faults).not.toEqual([]);
  expect(faults.join()).not.toContain(SECRET);
});

test("secrets are in no message when they come from the environment", () => {
  const faults = faultsOf(
    {},
    {
      SPENDSPAN_TOKEN: SECRET,
      SPENDSPAN_FINGERPRINT_KEY: SECRET,
      DATABASE_URL: `mysql://me:${SECRET}@db/app`,
      SPENDSPAN_BASE_URLS: `ftp://me:${SECRET}@gateway`,
      GOOGLE_VERTEX_BASE_URL: `ws://me:${SECRET}@gateway`,
      SPENDSPAN_PORT: `postgres://me:${SECRET}@db:5432/app`,
    },
  );
  expect(faults).toHaveLength(6);
  expect(faults.join()).not.toContain(SECRET);
});

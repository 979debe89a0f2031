import { expect, test } from "vitest";

import { failureKind, retryDelayMs } from "../../src/ledger/failure.ts";

test.each([
  ["22P02", "data"], // invalid text for a type
  ["22003", "data"], // number out of range
  ["23514", "data"], // check violated
  ["54000", "data"], // program limit exceeded
  ["42P01", "setup"], // no such table
  ["42501", "setup"], // no right
  ["28P01", "setup"], // wrong password
  ["3D000", "setup"], // no such database
  ["ERR_DATABASE", "setup"], // none was named
  ["ERR_EMBEDDED_POSTGRES", "setup"], // none can be started
  ["ERR_MIGRATION", "setup"], // its schema is not ours
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "setup"], // nobody vouches for the server
  ["SELF_SIGNED_CERT_IN_CHAIN", "setup"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "setup"],
  ["CERT_HAS_EXPIRED", "setup"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "setup"], // it has another name
  ["08006", "connection"],
  ["57P03", "connection"], // starting up
  ["57014", "connection"], // statement timeout
  ["53300", "connection"], // too many connections
  ["40P01", "connection"], // deadlock
  ["55P03", "connection"], // lock not available
  ["25006", "connection"], // read-only: a standby that is about to take over
  ["58030", "connection"], // disk
  ["ECONNREFUSED", "connection"],
  ["EPIPE", "connection"],
])("%s is a failure of %s", (code, kind) => {
  expect(failureKind(Object.assign(new Error("x"), { code }))).toBe(kind);
});

test("what has no code is a failure of the connection", () => {
  expect(failureKind(new Error("Connection terminated unexpectedly"))).toBe("connection");
});

test("delays double up to a limit, and are spread over their upper half", () => {
  const delays = (random: number): number[] =>
    [1, 2, 3, 20].map((failures) => retryDelayMs("connection", failures, () => random));
  // 100 × 2^0, 2^1, 2^2, and the limit of 30 s; halved at the least
  expect(delays(0)).toEqual([50, 100, 200, 15_000]);
  expect(delays(0.5)).toEqual([75, 150, 300, 22_500]);
  expect(retryDelayMs("setup", 20, () => 1)).toBe(300_000);
});

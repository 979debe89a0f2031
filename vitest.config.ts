import { defineConfig } from "vitest/config";

/** What .ci/run counts: passed, failed and skipped. */
const RESULTS = "node_modules/.vitest-results.json";

/** Tests that run programs of Prometheus and Alertmanager. */
const PROMTOOL_TESTS = ["test/**/*{promtool,amtool}.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test that asserts nothing can't fail.
    // What is waited for has the time that a busy machine takes.
    expect: { requireAssertions: true, poll: { timeout: 20_000 } },
    // Two cores: more workers only make Postgres and the child processes wait for each other.
    maxWorkers: 2,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: RESULTS }]] : ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "main",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/**/pgbouncer.test.ts", ...PROMTOOL_TESTS],
          globalSetup: ["test/support/global-setup.ts"],
        },
      },
      // These need programs that npm can't bring, so they are no part of `npm test`.
      {
        extends: true,
        test: {
          name: "pgbouncer",
          include: ["test/**/pgbouncer.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "promtool",
          include: PROMTOOL_TESTS,
          globalSetup: ["test/support/global-setup.ts"],
        },
      },
    ],
  },
});

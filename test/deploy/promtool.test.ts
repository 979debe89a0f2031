/** The examples of scrapes, by Prometheus' own judgement. It needs `promtool`, of Debian's prometheus. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test.each(["deploy/prometheus/many-apps.yml"])("Prometheus takes %s", (path) => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const { error, stdout, stderr } = spawnSync("promtool", ["check", "config", file], {
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  expect(stdout + stderr).toContain("is valid prometheus config file syntax");
});

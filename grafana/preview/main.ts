/**
 * `npm run preview`: draws the boards as Grafana would, from a Prometheus and a ledger of its own.
 *
 * Without arguments it takes the README's pictures; with names of companies (scenario.ts), pictures of
 * all boards of each, to be looked at; with `--check`, none, and says what is wrong with any panel.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PROGRAMS = {
  prometheus: "apt-get install prometheus",
  promtool: "apt-get install prometheus",
  chromium: "apt-get install chromium",
};

function missingParts(): readonly string[] {
  const programs = Object.entries(PROGRAMS)
    .filter(([program]) => spawnSync(program, ["--version"]).error !== undefined)
    .map(([program, how]) => `${program} is missing: ${how}`);
  return existsSync(`${HERE}node_modules`)
    ? programs
    : [...programs, "grafana/preview/node_modules is missing: npm ci --prefix grafana/preview"];
}

const missing = missingParts();
if (missing.length > 0) {
  for (const line of missing) console.error(line);
  process.exit(1);
}

// Only now, since without its packages this can't even be read.
const { build } = await import("vite");
const { drawnCompanies, readmePictures } = await import("./pictures.ts");
const { checkedBoards } = await import("./check.ts");

await build({ configFile: `${HERE}vite.config.ts`, root: `${HERE}page`, logLevel: "error" });
const [first, ...others] = process.argv.slice(2);
if (first === undefined) await readmePictures();
else if (first === "--check") process.exitCode = (await checkedBoards()) ? 0 : 1;
else await drawnCompanies([first, ...others]);

/** Rows in a file of the form that `COPY` reads, and `psql`, which sends it. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";

import { COLUMNS, rowOf, type UsageRow } from "../../src/ledger/row.ts";
import type { UsageRecord } from "../../src/usage/record.ts";
import { cpuOf, OWN_CPU_NS } from "./backend.ts";

const run = promisify(execFile);
const NAMES = Object.keys(COLUMNS) as readonly (keyof typeof COLUMNS)[];

export interface Copied {
  /** As `psql` tells it: without its own start. */
  readonly tookMs: number;
  readonly serverCpuUs: number;
}

export async function writeFileOf(path: string, records: readonly UsageRecord[]): Promise<void> {
  const lines = records.map((record) => {
    const row = rowOf(record);
    return `${NAMES.map((name) => fieldOf(row[name], COLUMNS[name] === "bytea")).join("\t")}\n`;
  });
  await writeFile(path, lines.join(""));
}

/** `psql \copy`, timed. */
export async function copyFile(url: string, table: string, path: string): Promise<Copied> {
  const commands = [
    OWN_CPU_NS,
    "\\timing on",
    `\\copy ${table} (${NAMES.join(", ")}) from '${path}'`,
    "\\timing off",
    OWN_CPU_NS,
  ].flatMap((command) => ["--command", command]);
  const options = ["--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"];
  const { stdout } = await run("psql", [...options, ...commands, url], { env: quietPsql() });
  const [before = "", , time = "", after = ""] = stdout
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("Timing"));
  const tookMs = Number(/^Time: ([\d.]+) ms/.exec(time)?.[1]);
  return { tookMs, serverCpuUs: cpuOf(after) - cpuOf(before) };
}

function fieldOf(value: UsageRow[keyof UsageRow], isBytes: boolean): string {
  if (value === undefined) return "\\N";
  const text =
    typeof value === "object" ? JSON.stringify(value) : `${isBytes ? "\\x" : ""}${value}`;
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** Whatever the user's own settings are. */
function quietPsql(): NodeJS.ProcessEnv {
  return { ...process.env, PGOPTIONS: "", LC_ALL: "C" };
}

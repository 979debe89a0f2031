/** What it takes to import a package, in fresh processes that take turns. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { type Spread, spreadOf } from "./spread.ts";

const run = promisify(execFile);
const REPOSITORY = new URL("..", import.meta.url);

export interface ImportCost {
  readonly name: string;
  readonly cpuMs: Spread;
  /** Resident memory above that of an empty process. */
  readonly residentMb: Spread;
}

export async function importCosts(
  names: readonly string[],
  rounds: number,
): Promise<readonly ImportCost[]> {
  const found = names.map((name) => ({ name, cpuMs: [] as number[], residentMb: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const { name, cpuMs, residentMb } of found) {
      const [cpu, resident] = await measured(name);
      cpuMs.push(cpu / 1_000);
      residentMb.push(resident / 1e6);
    }
  }
  return found.map(({ name, cpuMs, residentMb }) => ({
    name,
    cpuMs: spreadOf(cpuMs),
    residentMb: spreadOf(residentMb),
  }));
}

/** CPU in microseconds, and bytes. */
async function measured(name: string): Promise<[number, number]> {
  const code = `
    const rss = process.memoryUsage.rss(), start = process.cpuUsage();
    await import(${JSON.stringify(name)});
    const { user, system } = process.cpuUsage(start);
    console.log(JSON.stringify([user + system, process.memoryUsage.rss() - rss]));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: REPOSITORY,
  });
  return JSON.parse(stdout) as [number, number];
}

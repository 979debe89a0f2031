/** Packages that are for some tests only, each set with a lockfile and a `node_modules` of its own. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Installs what the lockfile in `directory` names, unless that is what is there. */
export async function installLocked(directory: string): Promise<void> {
  const lock = await readFile(join(directory, "package-lock.json"), "utf8");
  const marker = join(directory, "node_modules/.installed-from-lock.json");
  if ((await readFile(marker, "utf8").catch(() => undefined)) === lock) return;
  console.warn(`Installing in ${directory}, for tests, once`);
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: directory });
  await writeFile(marker, lock);
}

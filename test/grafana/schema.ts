/** Whether boards are as Grafana's schema has them: the compiler says, by the types that Grafana publishes. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { temporaryDirectory } from "../support/temporary-directory.ts";

const TSC = join(import.meta.dirname, "../../node_modules/.bin/tsc");
const SCHEMA = join(import.meta.dirname, "../fixtures/board.ts");
const STRICTLY = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck"];
const AS_MODULES = ["--module", "nodenext", "--target", "esnext", "--allowImportingTsExtensions"];
const ERROR = /^(?:(.+)\.ts\((\d+),\d+\): )?error (.+(?:\n .+)*)/gm;

/** What is wrong with each of the boards, given as the texts of their files: the line, and why. */
export function schemaFaults(
  boards: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, "package.json"), '{ "type": "module" }');
  for (const [name, text] of Object.entries(boards)) {
    // Written out, since an import of JSON has no literal types. The lines stay those of the file.
    const module = `export default ${text.trim()} satisfies Board;\nimport type { Board } from "${SCHEMA}";`;
    writeFileSync(join(cwd, `${name}.ts`), module);
  }
  const files = Object.keys(boards).map((name) => `${name}.ts`);
  const options = [...STRICTLY, ...AS_MODULES, "--pretty", "false"];
  const tsc = spawnSync(TSC, [...options, ...files], { cwd, encoding: "utf8" });
  if (tsc.error !== undefined) throw tsc.error;
  const found = [...tsc.stdout.matchAll(ERROR)];
  const isOfBoards = found.every(([, name = ""]) => name in boards);
  if (!isOfBoards || (tsc.status === 0) !== (found.length === 0)) {
    throw new Error(`tsc: ${tsc.stdout}${tsc.stderr}`);
  }
  return Object.fromEntries(
    Object.keys(boards).map((name) => [
      name,
      found.filter(([, file]) => file === name).map(([, , line, why]) => `${line}: ${why}`),
    ]),
  );
}

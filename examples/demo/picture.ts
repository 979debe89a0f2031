/**
 * Makes `docs/demo.png`: runs the demo for a while on a terminal of its own, and has Chromium draw
 * what stands there at the end.
 *
 *     npm run build && npx node examples/demo/picture.ts [seconds]
 *
 * Needs `chromium` on PATH, or its path in CHROMIUM.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runDemo } from "./demo.ts";
import type { Output } from "./screen.ts";

const PICTURE = join(import.meta.dirname, "../../docs/demo.png");
const DEFAULT_SECONDS = 45;
const WIDTH_PX = 1_200;
const LINE_PX = 21;
/** At which a character is 9 pixels wide: else there are seams in the bars. */
const FONT_PX = 14.95;
const PADDING_PX = 28;
const TITLE_PX = 40;
const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--default-background-color=00000000",
];
/** As screen.ts goes back over a block; or else a whole line. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const OUTPUT = /\r\u001b\[(\d+)A\u001b\[0J|([^\n]*)\n/g;
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[(\d+)m/g;

/** Keeps the lines that a terminal would show. */
class KeptTerminal implements Output {
  readonly isTTY = true;
  readonly columns = 120;
  readonly rows = 40;
  readonly lines: string[] = [];

  write(text: string): void {
    for (const [, up, line] of text.matchAll(OUTPUT)) {
      if (up !== undefined) this.lines.length -= Number(up);
      else this.lines.push((line ?? "").replace("\u001b[?25l", ""));
    }
  }
}

const seconds = Number(process.argv[2] ?? DEFAULT_SECONDS);
const directory = mkdtempSync(join(tmpdir(), "spendspan-picture-"));
process.chdir(directory);
setTimeout(() => process.kill(process.pid, "SIGINT"), seconds * 1_000).unref();
const terminal = new KeptTerminal();
await runDemo({ help: false, once: false, liveApiKey: undefined, calls: Infinity }, terminal);
draw(["\u001b[1m$ npm run demo\u001b[22m", ...terminal.lines]);
process.chdir(import.meta.dirname);
rmSync(directory, { recursive: true });

function draw(lines: readonly string[]): void {
  const page = join(directory, "page.html");
  writeFileSync(page, pageOf(lines));
  const height = TITLE_PX + 2 * PADDING_PX + lines.length * LINE_PX;
  const flags = [
    ...CHROMIUM_FLAGS,
    `--user-data-dir=${join(directory, "chromium")}`,
    `--window-size=${WIDTH_PX},${height}`,
    `--screenshot=${PICTURE}`,
    `file://${page}`,
  ];
  // What it has to say goes into the error, should there be one.
  execFileSync(process.env["CHROMIUM"] ?? "chromium", flags, { stdio: "pipe" });
}

function pageOf(lines: readonly string[]): string {
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: transparent }
main { background: #14181f; border-radius: 10px; overflow: hidden; height: 100vh }
header { height: ${TITLE_PX}px; background: #1d232d; display: flex; align-items: center; gap: 8px; padding: 0 16px }
i { width: 12px; height: 12px; border-radius: 6px; background: #3a4352 }
pre { margin: 0; padding: ${PADDING_PX}px; color: #c8d0db;
  font: ${FONT_PX}px/${LINE_PX}px "DejaVu Sans Mono", monospace }
.s1 { font-weight: bold; color: #f2f5f9 } .s2 { color: #6f7b8d }
.s31 { color: #f07178 } .s32 { color: #8fce6a } .s33 { color: #e6b450 } .s36 { color: #4fb8d8 }
</style><main><header><i></i><i></i><i></i></header><pre>${lines.map(htmlOf).join("\n")}</pre></main>`;
}

/** Colours as spans: those that `styleText` begins, and what ends them. */
function htmlOf(line: string): string {
  return line
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(COLOUR, (_, code: string) =>
      code === "22" || code === "39" ? "</span>" : `<span class="s${code}">`,
    );
}

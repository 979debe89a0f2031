/** What the page is made of and what it asks for, over HTTP on loopback. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { BOARD_NAMES, boardText } from "../../test/grafana/board-file.ts";
import { answerOf, type AskingBoard } from "./board-answer.ts";
import type { Scenario } from "./scenario.ts";

const DIST = fileURLToPath(new URL("dist", import.meta.url));
const ICONS = fileURLToPath(
  new URL("node_modules/@grafana/ui/dist/public/img/icons", import.meta.url),
);
/** Where Grafana's components look for their icons. */
const ICONS_PATH = "/public/build/img/icons";
const FONTS = fileURLToPath(new URL("node_modules/@fontsource/inter/files", import.meta.url));
const WEIGHTS: Readonly<Record<string, number>> = { Regular: 400, Medium: 500 };
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** As they are checked in, by their names. */
export const BOARDS: ReadonlyMap<string, AskingBoard> = new Map(
  BOARD_NAMES.map((name) => {
    const board: AskingBoard = JSON.parse(boardText(name));
    return [name, board];
  }),
);

export class PreviewServer implements Disposable {
  readonly #scenario: Scenario;
  readonly #boards: ReadonlyMap<string, AskingBoard>;
  readonly #server: Server;

  private constructor(scenario: Scenario, boards: ReadonlyMap<string, AskingBoard>) {
    this.#scenario = scenario;
    this.#boards = boards;
    this.#server = createServer((request, response) => {
      this.#answer(new URL(request.url ?? "/", "http://localhost").pathname).then(
        ([type, body]) => response.setHeader("content-type", type).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  static async start(
    scenario: Scenario,
    boards: ReadonlyMap<string, AskingBoard>,
  ): Promise<PreviewServer> {
    const server = new PreviewServer(scenario, boards);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("It does not listen");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Chromium keeps connections that it may never use, so their end is not waited for. */
  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(path: string): Promise<readonly [string, string | Buffer]> {
    const [, kind, name = ""] = path.split("/");
    if (kind === "boards") return ["application/json", JSON.stringify(this.#board(name))];
    if (kind === "answers") {
      return [
        "application/json",
        JSON.stringify(await answerOf(this.#board(name), this.#scenario)),
      ];
    }
    const file = fileOf(path === "/" ? "/index.html" : path);
    return [TYPES[extname(file)] ?? "application/octet-stream", readFileSync(file)];
  }

  #board(name: string): AskingBoard {
    const board = this.#boards.get(name);
    if (board === undefined) throw new Error(`There is no board ${name}`);
    return board;
  }
}

/** Files of packages that Grafana's components ask for by where its server has them. */
function fileOf(path: string): string {
  const inside = normalize(decodeURIComponent(path));
  const [, weight] = /^\/public\/fonts\/inter\/Inter-(\w+)\.woff2$/.exec(inside) ?? [];
  if (weight !== undefined) return join(FONTS, `inter-latin-${WEIGHTS[weight]}-normal.woff2`);
  return inside.startsWith(ICONS_PATH)
    ? join(ICONS, inside.slice(ICONS_PATH.length))
    : join(DIST, inside);
}

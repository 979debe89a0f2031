/** What the page is made of and what it asks for, over HTTP on loopback. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { DASHBOARDS_FOLDER } from "../boards.ts";
import { answerOf, type AskingBoard } from "./board-answer.ts";
import type { Scenario } from "./scenario.ts";

const DIST = fileURLToPath(new URL("dist", import.meta.url));
const ICONS = fileURLToPath(
  new URL("node_modules/@grafana/ui/dist/public/img/icons", import.meta.url),
);
/** Where Grafana's components look for their icons. */
const ICONS_PATH = "/public/build/img/icons";
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

export class PreviewServer implements AsyncDisposable {
  readonly #scenario: Scenario;
  readonly #server: Server;

  private constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#server = createServer((request, response) => {
      this.#answer(new URL(request.url ?? "/", "http://localhost").pathname).then(
        ([type, body]) => response.setHeader("content-type", type).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  static async start(scenario: Scenario): Promise<PreviewServer> {
    const server = new PreviewServer(scenario);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("It does not listen");
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(path: string): Promise<readonly [string, string | Buffer]> {
    const [, kind, name = ""] = path.split("/");
    if (kind === "boards") return ["application/json", readFileSync(boardFile(name))];
    if (kind === "answers") {
      const board: AskingBoard = JSON.parse(readFileSync(boardFile(name), "utf8"));
      return ["application/json", JSON.stringify(await answerOf(board, this.#scenario))];
    }
    const file = fileOf(path === "/" ? "/index.html" : path);
    return [TYPES[extname(file)] ?? "application/octet-stream", readFileSync(file)];
  }
}

function boardFile(name: string): URL {
  return new URL(`${encodeURIComponent(name)}.json`, DASHBOARDS_FOLDER);
}

function fileOf(path: string): string {
  const inside = normalize(decodeURIComponent(path));
  return inside.startsWith(ICONS_PATH)
    ? join(ICONS, inside.slice(ICONS_PATH.length))
    : join(DIST, inside);
}

/** Debian's Chromium, with a page at a time, in which it is the hour at which the simulated month ends. */
import { type Browser as Chromium, chromium, type Page } from "playwright-core";

import { TIME_ZONE } from "./board-answer.ts";
import { NOW_MS } from "./scenario.ts";

const CHROMIUM = "/usr/bin/chromium";
export const THEMES = ["dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const VIEWPORT = { width: 1_600, height: 900 };
/** The first page has to have its script put together, on a machine that may be busy. */
const DRAWN_WITHIN_MS = 120_000;

export interface DrawnBoard {
  readonly page: Page;
  /** What the page said was wrong while it drew. */
  readonly errors: readonly string[];
}

export class Browser implements AsyncDisposable {
  readonly #chromium: Chromium;

  private constructor(browser: Chromium) {
    this.#chromium = browser;
  }

  static async start(): Promise<Browser> {
    return new Browser(
      await chromium.launch({
        executablePath: CHROMIUM,
        // Root, as CI runs, can't have a sandbox; the page is ours.
        args: ["--no-sandbox", "--force-color-profile=srgb", "--hide-scrollbars"],
      }),
    );
  }

  /** Hands the page to `look` once all of its panels are drawn. */
  async withBoard<T>(
    url: string,
    board: string,
    theme: Theme,
    look: (drawn: DrawnBoard) => Promise<T>,
  ): Promise<T> {
    const context = await this.#chromium.newContext({
      viewport: VIEWPORT,
      timezoneId: TIME_ZONE,
      locale: "en-US",
      colorScheme: theme,
      reducedMotion: "reduce",
    });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(DRAWN_WITHIN_MS);
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(`${message.text()} ${message.location().url}`);
      });
      await page.clock.setFixedTime(NOW_MS);
      await page.goto(`${url}/?board=${board}&theme=${theme}`);
      await drawn(page).catch((error: unknown) => errors.push(`It is not drawn: ${String(error)}`));
      return await look({ page, errors });
    } finally {
      await context.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium.close();
  }
}

async function drawn(page: Page): Promise<void> {
  await page.locator("main").waitFor();
  // The window as high as the board, since what lies below its edge would not be drawn.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: VIEWPORT.width, height });
  await page.waitForFunction(() => document.querySelector("[data-waiting]") === null);
  await page.waitForLoadState("networkidle");
}

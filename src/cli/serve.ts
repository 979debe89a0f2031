/** `spendspan serve`: what the ledger says, at a port, until it is told to stop. */
import { once } from "node:events";

import { shown } from "../base/error-text.ts";
import type { SpendspanOptions } from "../config/options.ts";
import { startLedgerServer } from "../ledger-server.ts";
import type { Command } from "./command.ts";
import { type Flags, UsageError } from "./flags.ts";
import { DATABASE_FLAGS, ledgerConfig } from "./ledger-pool.ts";

const WHOLE_NUMBER = /^\d+$/;
/** The longest that a timer can be: it is there to keep the process, and does nothing. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const serveCommand: Command = {
  name: "serve",
  summary: "Serve spend and budgets by the ledger: /metrics, /api/usage and /healthz",
  flags: {
    host: { value: "<address>", help: "Address to listen on (default: 127.0.0.1)" },
    port: { value: "<number>", help: "Port to listen on (default: 9464)" },
    budgets: { value: "<file>", help: "JSON file of budgets (default: none)" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const server = await startLedgerServer(ledgerConfig(flags, terminal, optionsOf(flags)));
    terminal.print(`Listening on ${server.url}`);
    await stopped();
    await server.close();
  },
};

function optionsOf(flags: Flags): SpendspanOptions {
  const [host, port, budgetsFile] = ["host", "port", "budgets"].map((name) => flags.text(name));
  if (port !== undefined && !WHOLE_NUMBER.test(port)) {
    throw new UsageError(`Expected --port to be a whole number, got ${shown(port)}`);
  }
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: Number(port) }),
    ...(budgetsFile !== undefined && { budgetsFile }),
  };
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as without us. */
async function stopped(): Promise<void> {
  const keep = setInterval(() => undefined, LONGEST_TIMER_MS);
  const listening = new AbortController();
  const signals = ["SIGTERM", "SIGINT"].map((name) =>
    once(process, name, { signal: listening.signal }),
  );
  await Promise.race(signals);
  listening.abort();
  clearInterval(keep);
  await Promise.allSettled(signals);
}

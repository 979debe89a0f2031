/** `spendspan serve`: what the ledger says, at a port, until it is told to stop. */
import { shown } from "../base/error-text.ts";
import type { SpendspanOptions } from "../config/options.ts";
import { startLedgerServer } from "../ledger-server.ts";
import type { Command } from "./command.ts";
import { type Flags, UsageError } from "./flags.ts";
import { DATABASE_FLAGS, ledgerConfig } from "./ledger-pool.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const WHOLE_NUMBER = /^\d+$/;
/** The longest that a timer can be: it is there to keep the process, and does nothing. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const serveCommand: Command = {
  name: "serve",
  summary: "Serve spend and budgets by the ledger: /metrics, /api/usage and /healthz",
  flags: {
    host: { value: "<address>", help: "Address to listen on (default: 127.0.0.1)" },
    port: { value: "<number>", help: "Port to listen on (default: 9464)" },
    budgets: { value: "<file>", help: "JSON file of budgets (default: SPENDSPAN_BUDGETS_FILE)" },
    ...DATABASE_FLAGS,
  },
  run: async (flags, terminal) => {
    const config = ledgerConfig(flags, terminal, optionsOf(flags));
    const stop = stopSignal();
    try {
      const server = await startLedgerServer(config);
      terminal.print(`Listening on ${server.url}`);
      await stop.asked;
      await server.close();
    } finally {
      stop.release();
    }
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

interface Stop {
  /** Resolves at the first signal; a second one ends the process at once, as without us. */
  readonly asked: Promise<void>;
  /** Lets the process end by itself, and by signals. */
  release(): void;
}

function stopSignal(): Stop {
  const asked = Promise.withResolvers<void>();
  const keep = setInterval(() => undefined, LONGEST_TIMER_MS);
  const release = (): void => {
    clearInterval(keep);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  const onSignal = (): void => {
    release();
    asked.resolve();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { asked: asked.promise, release };
}

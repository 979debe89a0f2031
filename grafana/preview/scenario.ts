/** A company and its calls, in a Prometheus and a Postgres of its own, with the time that it is there. */
import { EmbeddedLedger } from "../../bench/embedded-ledger.ts";
import { PrometheusServer } from "../../test/grafana/prometheus-server.ts";
import { alertsPage, type SimulatedAlert } from "../../test/grafana/simulated-alerts.ts";
import {
  callsAt,
  FROM_MS,
  SCRAPE_MS,
  type SimulatedBrand,
  TO_MS,
} from "../../test/grafana/simulated-calls.ts";
import { simulatedPages } from "../../test/grafana/simulated-month.ts";
import { store } from "../../test/support/ledger-rows.ts";
import * as alerts from "./alerts.ts";
import * as brands from "./brands.ts";

/** A while after the last scrape but one, as now mostly is. */
export const NOW_MS: number = TO_MS - SCRAPE_MS + 18_000;
/** Older scrapes are further apart, or filling a Prometheus would take minutes. */
export const SPARSE_SCRAPE_MS: number = 3 * SCRAPE_MS;
const DENSE_FROM_MS = TO_MS - 12 * 3_600_000;
const ALERTS_FROM_MS = TO_MS - 3_600_000;

interface Company {
  readonly brands: readonly SimulatedBrand[];
  readonly alerts: readonly SimulatedAlert[];
}

/** By name: the one of the pictures first, then those in which a board could be ugly. */
const COMPANIES = {
  company: { brands: brands.COMPANY, alerts: alerts.COMPANY_ALERTS },
  empty: { brands: [], alerts: [] },
  one: { brands: brands.ONE_BRAND, alerts: alerts.ONE_BRAND_ALERTS },
  thirty: { brands: brands.THIRTY_BRANDS, alerts: alerts.MANY_ALERTS },
  small: { brands: brands.SMALL_SUMS, alerts: alerts.NO_ALERTS },
  large: { brands: brands.LARGE_SUMS, alerts: alerts.NO_ALERTS },
} as const satisfies Readonly<Record<string, Company>>;
export type CompanyName = keyof typeof COMPANIES;

export function isCompany(name: string): name is CompanyName {
  return Object.hasOwn(COMPANIES, name);
}

export class Scenario implements AsyncDisposable {
  readonly prometheus: PrometheusServer;
  readonly ledger: EmbeddedLedger;

  private constructor(prometheus: PrometheusServer, ledger: EmbeddedLedger) {
    this.prometheus = prometheus;
    this.ledger = ledger;
  }

  static async start(name: CompanyName): Promise<Scenario> {
    const company: Company = COMPANIES[name];
    const ledger = await EmbeddedLedger.make();
    try {
      await storeCalls(ledger, company);
      // Without brands, nothing was ever scraped.
      const pages = company.brands.length === 0 ? [] : pagesOf(company);
      const prometheus = await PrometheusServer.start(pages, ["--query.lookback-delta=13m"]);
      return new Scenario(prometheus, ledger);
    } catch (error) {
      await ledger[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.prometheus.stop();
    await this.ledger[Symbol.asyncDispose]();
  }
}

function pagesOf({ brands, alerts }: Company): Iterable<string> {
  return simulatedPages({
    brands,
    isScraped: (atMs) => atMs >= DENSE_FROM_MS || (atMs - FROM_MS) % SPARSE_SCRAPE_MS === 0,
    furtherAt: (atMs) => (atMs < ALERTS_FROM_MS ? "" : alertsPage(alerts, atMs)),
  });
}

async function storeCalls(ledger: EmbeddedLedger, { brands }: Company): Promise<void> {
  const pool = await ledger.connection.connect();
  const steps = (TO_MS - FROM_MS) / SCRAPE_MS;
  const batch = 500;
  for (let first = 1; first <= steps; first += batch) {
    const calls = Array.from({ length: Math.min(batch, steps - first + 1) }, (_, index) =>
      callsAt(first + index, brands),
    ).flat();
    if (calls.length > 0) await store(pool, ...calls);
  }
}

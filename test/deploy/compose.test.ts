/** What docker-compose.yml promises, read from the file: Docker itself is not needed here. */
import { basename, dirname } from "node:path";

import { describe, expect, test } from "vitest";

import { SETTINGS } from "../../prometheus/source/settings.ts";
import { COMPOSE, mountsOf, secretsOf, SERVICES } from "./compose-file.ts";
import { isThere, textOf, yamlIn } from "./parsed.ts";

const REQUIRED = /^\$\{([A-Z_]+):\?[^}]+\}$/;

interface PrometheusConfig {
  readonly alerting: {
    readonly alertmanagers: readonly { readonly static_configs: readonly Targets[] }[];
  };
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly sample_limit?: number;
    readonly static_configs: readonly Targets[];
  }[];
}

interface Targets {
  readonly targets: readonly string[];
}

const PROMETHEUS = yamlIn<PrometheusConfig>("prometheus/prometheus.yml");

/** A service that ends when its work is done; others wait for that. */
function isTask(name: string): boolean {
  return SERVICES.some(
    ([, { depends_on: needs = {} }]) => needs[name]?.condition === "service_completed_successfully",
  );
}

describe("every service", () => {
  test("has an image of one version, or one that is built here", () => {
    const faults = SERVICES.filter(([, { image, build }]) =>
      build === undefined ? !/:v?\d+\.\d+\.?\d*(?:-\w+)?$/.test(image) : !image.endsWith(":local"),
    );
    expect(faults).toEqual([]);
    const targets = [...textOf("Dockerfile").matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, as]) => as);
    expect(targets).toEqual(
      expect.arrayContaining(SERVICES.flatMap(([, { build }]) => build?.target ?? [])),
    );
  });

  test("is open to this machine alone", () => {
    const published = SERVICES.flatMap(([, { ports = [] }]) => ports);
    expect(published.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
    const hostPorts = published.map((port) => port.split(":")[1]);
    expect(new Set(hostPorts).size).toBe(hostPorts.length);
  });

  test("says whether it is well, unless it ends", () => {
    const silent = SERVICES.filter(([, { healthcheck }]) => healthcheck === undefined);
    expect(silent.map(([name]) => name)).toEqual(["migrate"]);
    expect(isTask("migrate")).toBe(true);
  });

  test("waits for what it needs to be well, or done", () => {
    const faults = SERVICES.flatMap(([name, { depends_on: needs = {} }]) =>
      Object.entries(needs)
        .filter(([other, { condition }]) => {
          const wanted = isTask(other) ? "service_completed_successfully" : "service_healthy";
          return COMPOSE.services[other] === undefined || condition !== wanted;
        })
        .map(([other]) => `${name} needs ${other}`),
    );
    expect(faults).toEqual([]);
  });

  test("takes its passwords from the environment, without which nothing starts", () => {
    const secrets = SERVICES.flatMap(([, service]) => secretsOf(service));
    expect(secrets.filter((secret) => !REQUIRED.test(secret))).toEqual([]);
    const names = new Set(secrets.map((secret) => REQUIRED.exec(secret)?.[1]));
    const empty = [...textOf(".env.example").matchAll(/^(\w+)=$/gm)].map(([, name]) => name);
    expect(names).toEqual(new Set(empty));
    expect(textOf(".env.example")).not.toMatch(/^\w+=.+$/m);
    expect(textOf(".gitignore").split("\n")).toContain(".env");
  });

  test("mounts what is in the repository, to be read, and volumes that are declared", () => {
    const mounts = SERVICES.flatMap(([, service]) => mountsOf(service));
    const ofHost = mounts.filter(({ source }) => source.startsWith("."));
    expect(ofHost.filter(({ source }) => !isThere(source))).toEqual([]);
    expect(ofHost.filter(({ mode }) => mode !== "ro")).toEqual([]);
    const volumes = mounts.filter((mount) => !ofHost.includes(mount)).map(({ source }) => source);
    expect(volumes.toSorted()).toEqual(Object.keys(COMPOSE.volumes).toSorted());
  });
});

describe("Prometheus", () => {
  test("scrapes and alerts services that are there", () => {
    const configs = [
      ...PROMETHEUS.scrape_configs.flatMap((job) => job.static_configs),
      ...PROMETHEUS.alerting.alertmanagers.flatMap((one) => one.static_configs),
    ];
    const hosts = configs.flatMap(({ targets }) => targets).map((target) => target.split(":")[0]);
    expect(hosts).toEqual(["spendspan", "app", "localhost", "alertmanager"]);
    expect(Object.keys(COMPOSE.services)).toEqual(
      expect.arrayContaining(hosts.filter((host) => host !== "localhost")),
    );
  });

  test("bounds what a scrape of an app or a ledger may bring", () => {
    const bounded = PROMETHEUS.scrape_configs.filter((job) => job.sample_limit !== undefined);
    expect(bounded.map((job) => job.job_name)).toEqual([SETTINGS.ledgerJob, SETTINGS.appJob]);
  });

  test("finds its rules where they are mounted", () => {
    const targets = mountsOf(COMPOSE.services["prometheus"]!).map(({ target }) => target);
    expect(PROMETHEUS.rule_files).toEqual(["rules/spendspan.rules.yml"]);
    expect(targets).toContain("/etc/prometheus/rules");
  });
});

test("budgets are mounted with their folder, so that a new file in place of the old is seen", () => {
  const { environment = {}, ...service } = COMPOSE.services["spendspan"]!;
  const [mount] = mountsOf(service);
  const file = environment["SPENDSPAN_BUDGETS_FILE"] ?? "";
  expect(dirname(file)).toBe(mount?.target);
  expect(isThere(`${mount?.source}/${basename(file)}`)).toBe(true);
});

describe("links of alerts", () => {
  const published = (service: string): string =>
    `http://localhost:${COMPOSE.services[service]?.ports?.[0]?.split(":")[1]}`;

  test("lead to Grafana", () => {
    expect(SETTINGS.grafanaUrl).toBe(published("grafana"));
    expect(COMPOSE.services["grafana"]?.environment?.["GF_SERVER_ROOT_URL"]).toBe(
      SETTINGS.grafanaUrl,
    );
  });

  test("lead to the runbooks", () => {
    const { command = [], ...service } = COMPOSE.services["runbooks"]!;
    const [pages] = mountsOf(service);
    const root = command[command.indexOf("-h") + 1];
    expect(pages?.source).toBe("./prometheus/runbooks");
    expect(SETTINGS.runbookUrl).toBe(
      `${published("runbooks")}${pages?.target.slice(root?.length)}`,
    );
  });
});

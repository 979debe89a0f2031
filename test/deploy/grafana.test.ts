/** What Grafana finds when it starts, in compose and in a cluster. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { SETTINGS } from "../../prometheus/source/settings.ts";
import { COMPOSE, mountsOf } from "./compose-file.ts";
import { isThere, textOf, yamlIn } from "./parsed.ts";

interface DataSource {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly user?: string;
  readonly jsonData: { readonly [option: string]: unknown };
  readonly secureJsonData?: { readonly password: string };
}

interface Board {
  readonly uid: string;
  readonly templating: {
    readonly list: readonly { readonly type: string; readonly query?: unknown }[];
  };
}

const { datasources: DATA_SOURCES } = yamlIn<{ readonly datasources: readonly DataSource[] }>(
  "grafana/provisioning/datasources/spendspan.yaml",
);
const BOARD_FILES = readdirSync(new URL("../../grafana/dashboards", import.meta.url));
const BOARDS = BOARD_FILES.map((file) => JSON.parse(textOf(`grafana/dashboards/${file}`)) as Board);
const GRAFANA = COMPOSE.services["grafana"]!;

describe("data sources", () => {
  test("are there for every type that a board asks for", () => {
    const asked = BOARDS.flatMap(({ templating }) => templating.list)
      .filter(({ type }) => type === "datasource")
      .map(({ query }) => query);
    expect(new Set(asked)).toEqual(new Set(["prometheus", "grafana-postgresql-datasource"]));
    expect(DATA_SOURCES.map(({ type }) => type)).toEqual(expect.arrayContaining(asked));
  });

  test("lead to services that are there", () => {
    const hosts = DATA_SOURCES.map(({ url }) => /^(?:http:\/\/)?([^:]+):\d+$/.exec(url)?.[1]);
    expect(hosts).toEqual(["prometheus", "alertmanager", "postgres"]);
    expect(Object.keys(COMPOSE.services)).toEqual(expect.arrayContaining(hosts));
  });

  test("show the alerts of Prometheus, and silence them by Alertmanager", () => {
    const [prometheus, alertmanager] = DATA_SOURCES;
    expect(prometheus?.jsonData["manageAlerts"]).toBe(true);
    expect(prometheus?.jsonData["alertmanagerUid"]).toBe(alertmanager?.uid);
  });

  test("know the interval of scrapes", () => {
    const { global } = yamlIn<{ readonly global: { readonly scrape_interval: string } }>(
      "prometheus/prometheus.yml",
    );
    expect(DATA_SOURCES[0]?.jsonData["timeInterval"]).toBe(global.scrape_interval);
  });

  test("have no password but that of Grafana's environment", () => {
    const passwords = DATA_SOURCES.flatMap(({ secureJsonData }) => secureJsonData?.password ?? []);
    expect(passwords).toEqual(["$GRAFANA_LEDGER_PASSWORD"]);
    expect(Object.keys(GRAFANA.environment ?? {})).toContain(passwords[0]?.slice(1));
  });
});

describe("boards", () => {
  test("are those that alerts lead to, and the ledger", () => {
    expect(BOARDS.map(({ uid }) => uid).toSorted()).toEqual(
      [...Object.values(SETTINGS.boards), "spendspan-ledger"].toSorted(),
    );
  });

  test("are mounted where Grafana is told to look", () => {
    interface Providers {
      readonly providers: readonly { readonly options: { readonly path: string } }[];
    }
    const { providers } = yamlIn<Providers>("grafana/provisioning/dashboards/spendspan.yaml");
    const mounts = mountsOf(GRAFANA);
    const boards = mounts.find(({ source }) => source === "./grafana/dashboards");
    expect(providers.map(({ options }) => options.path)).toEqual([boards?.target]);
    expect(mounts.map(({ target }) => target)).toContain("/etc/grafana/provisioning");
  });

  test("are ConfigMaps of a cluster, one each, small enough for `kubectl apply`", () => {
    interface Kustomization {
      readonly configMapGenerator: readonly { readonly files: readonly string[] }[];
    }
    const { configMapGenerator } = yamlIn<Kustomization>("grafana/kustomization.yaml");
    const files = configMapGenerator.flatMap((one) => one.files);
    expect(files.toSorted()).toEqual(BOARD_FILES.map((file) => `dashboards/${file}`).toSorted());
    expect(files.filter((file) => !isThere(`grafana/${file}`))).toEqual([]);
    // What an annotation may take, in which `kubectl apply` keeps all of a resource.
    const tooLarge = files.filter((file) => textOf(`grafana/${file}`).length > 262_144);
    expect(tooLarge).toEqual([]);
  });
});

/** The manifests of deploy/kubernetes/, by what they say of each other. No cluster is needed. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { PROMETHEUS_RULE_FILE, prometheusRuleYaml } from "../../prometheus/source/rules.ts";
import { SETTINGS } from "../../prometheus/source/settings.ts";
import { readBudgets } from "../../src/budget/budget-file.ts";
import { OWN_METRICS } from "../../src/metrics/catalogue.ts";
import { isThere, textOf, yamlIn } from "./parsed.ts";

const FOLDER = "deploy/kubernetes";
const PORT = 9_464;
/** What the operator tells of the pod that a PodMonitor finds. */
const POD_LABELS = ["job", "instance", "namespace", "pod", "container", "endpoint"];

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels: Labels;
}

interface SecretKey {
  readonly name: string;
  readonly key: string;
}

interface Deployment {
  readonly spec: {
    readonly selector: Selector;
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly configMap: { readonly name: string } }[];
      };
    };
  };
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly {
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: SecretKey };
  }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly mountPath: string }[];
}

interface Service {
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly spec: {
    readonly selector: Labels;
    readonly ports: readonly { readonly name: string }[];
  };
}

interface ServiceMonitor {
  readonly spec: {
    readonly selector: Selector;
    readonly sampleLimit: number;
    readonly endpoints: readonly {
      readonly port: string;
      readonly authorization: { readonly credentials: SecretKey };
    }[];
  };
}

interface PodMonitor {
  readonly spec: {
    readonly sampleLimit: number;
    readonly podMetricsEndpoints: readonly {
      readonly relabelings: readonly Relabeling[];
    }[];
  };
}

interface Relabeling {
  readonly action?: string;
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
}

interface NetworkPolicy {
  readonly spec: { readonly podSelector: Selector };
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly {
    readonly name: string;
    readonly files: readonly string[];
  }[];
}

interface ScrapeJobs {
  readonly scrape_configs: readonly { readonly job_name: string; readonly sample_limit?: number }[];
}

const KUSTOMIZATION = yamlIn<Kustomization>(`${FOLDER}/kustomization.yaml`);
const { template, selector } = yamlIn<Deployment>(`${FOLDER}/deployment.yaml`).spec;
const [CONTAINER] = template.spec.containers;
const SERVICE = yamlIn<Service>(`${FOLDER}/service.yaml`);
const SERVICE_MONITOR = yamlIn<ServiceMonitor>(`${FOLDER}/service-monitor.yaml`).spec;
const POD_MONITOR = yamlIn<PodMonitor>(`${FOLDER}/pod-monitor.yaml`).spec;

describe("the kustomization", () => {
  test("has every manifest of its folder, and the boards", () => {
    const manifests = readdirSync(new URL(`../../${FOLDER}`, import.meta.url)).filter(
      (file) => file.endsWith(".yaml") && file !== "kustomization.yaml",
    );
    expect(KUSTOMIZATION.resources.toSorted()).toEqual([...manifests, "../../grafana"].toSorted());
    expect(isThere(`${FOLDER}/../../grafana/kustomization.yaml`)).toBe(true);
  });

  test("makes the budgets that the process reads, and they are in order", () => {
    const [budgets] = KUSTOMIZATION.configMapGenerator;
    expect(template.spec.volumes.map(({ configMap }) => configMap.name)).toEqual([budgets?.name]);
    expect(budgets?.files).toEqual(["budgets.json"]);
    const [mount] = CONTAINER?.volumeMounts ?? [];
    expect(CONTAINER?.args).toContain(`${mount?.mountPath}/${budgets?.files[0]}`);
  });
});

test.each([`${FOLDER}/budgets.json`, "deploy/compose/budgets/budgets.json"])(
  "%s has no faults",
  (path) => {
    const faults: string[] = [];
    const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    expect(readBudgets(file, "budgets", faults)).not.toEqual([]);
    expect(faults).toEqual([]);
  },
);

describe("the ledger's process", () => {
  test("has no secret in its manifest", () => {
    const references = CONTAINER?.env.map(({ valueFrom }) => valueFrom?.secretKeyRef);
    expect(references).toEqual([
      { name: "spendspan", key: "database-url" },
      { name: "spendspan", key: "token" },
    ]);
  });

  test("is found by its service, its monitor and its policy", () => {
    const policy = yamlIn<NetworkPolicy>(`${FOLDER}/network-policy.yaml`).spec;
    const { labels } = template.metadata;
    expect(labels).toMatchObject(selector.matchLabels);
    expect(labels).toMatchObject(SERVICE.spec.selector);
    expect(labels).toMatchObject(policy.podSelector.matchLabels);
    expect(SERVICE.metadata.labels).toMatchObject(SERVICE_MONITOR.selector.matchLabels);
    expect(SERVICE_MONITOR.endpoints[0]?.port).toBe(SERVICE.spec.ports[0]?.name);
    expect(CONTAINER?.ports).toEqual([{ name: "metrics", containerPort: PORT }]);
  });

  test("is scraped with the token that it asks for", () => {
    const token = CONTAINER?.env[1]?.valueFrom?.secretKeyRef;
    expect(SERVICE_MONITOR.endpoints[0]?.authorization.credentials).toEqual(token);
  });
});

describe("scrapes", () => {
  test("bring the names of jobs that alerts know", () => {
    // The operator takes the name of the service for the job of a ServiceMonitor.
    expect(SERVICE.metadata.name).toBe(SETTINGS.ledgerJob);
    for (const { relabelings } of POD_MONITOR.podMetricsEndpoints) {
      expect(relabelings).toContainEqual({ targetLabel: "job", replacement: SETTINGS.appJob });
    }
    const jobs = [
      ...textOf("deploy/prometheus/many-apps.yml").matchAll(/(?:job|replacement): (.+)/g),
    ];
    expect(new Set(jobs.map(([, job]) => job))).toEqual(new Set([SETTINGS.appJob]));
  });

  test("leave metrics their own labels", () => {
    // Where a target has a label of that name too, Prometheus calls the metric's `exported_endpoint`.
    const own = new Set(OWN_METRICS.flatMap(({ labels }) => labels));
    const clashing = POD_LABELS.filter((label) => own.has(label));
    expect(clashing).toEqual(["endpoint"]);
    for (const { relabelings } of POD_MONITOR.podMetricsEndpoints) {
      expect(relabelings).toContainEqual({ action: "labeldrop", regex: clashing.join("|") });
    }
  });

  test("are bounded as those of prometheus.yml are", () => {
    const { scrape_configs: jobs } = yamlIn<ScrapeJobs>("prometheus/prometheus.yml");
    const limitOf = (name: string) => jobs.find(({ job_name }) => job_name === name)?.sample_limit;
    expect(SERVICE_MONITOR.sampleLimit).toBe(limitOf(SETTINGS.ledgerJob));
    expect(POD_MONITOR.sampleLimit).toBe(limitOf(SETTINGS.appJob));
    const many = yamlIn<ScrapeJobs>("deploy/prometheus/many-apps.yml").scrape_configs;
    expect(new Set(many.map((job) => job.sample_limit))).toEqual(
      new Set([limitOf(SETTINGS.appJob)]),
    );
  });
});

describe("rules", () => {
  test("stand in the resource as the sources have them (`npm run rules` writes it)", () => {
    expect(readFileSync(PROMETHEUS_RULE_FILE, "utf8")).toBe(prometheusRuleYaml());
  });

  test("are those of the file that Prometheus reads", () => {
    const { spec } = parse(readFileSync(PROMETHEUS_RULE_FILE, "utf8")) as { spec: unknown };
    expect(spec).toEqual(yamlIn("prometheus/rules/spendspan.rules.yml"));
  });
});

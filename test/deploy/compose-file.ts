/** docker-compose.yml, as far as tests ask for it. */
import { yamlIn } from "./parsed.ts";

interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

export const COMPOSE: ComposeFile = yamlIn("docker-compose.yml");
export const SERVICES: readonly (readonly [string, Service])[] = Object.entries(COMPOSE.services);

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly mode: string | undefined;
}

export function mountsOf({ volumes = [] }: Service): readonly Mount[] {
  return volumes.map((volume) => {
    const [source = "", target = "", mode] = volume.split(":");
    return { source, target, mode };
  });
}

/** Values of the environment in which a password stands: directly, or in an address. */
export function secretsOf({ environment = {} }: Service): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (/PASSWORD|TOKEN|KEY|SECRET/.test(name)) return [value];
    const inUrl = /^\w+:\/\/[^:/]+:(.*)@/.exec(value)?.[1];
    return inUrl === undefined ? [] : [inUrl];
  });
}

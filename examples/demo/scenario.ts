/** Who calls for what, and how often: the demo's world as data. */
import type { Tags } from "spendspan";

import type { Feature } from "./app.ts";
import { pick, type Random } from "./chance.ts";

/** One use of a feature of the app. */
export interface Call {
  readonly tags: Tags;
  readonly feature: Feature;
  readonly model: string;
  readonly text: string;
  /** Whether the app is to get an error. */
  readonly fails: boolean;
}

interface Brand {
  /** Absent for calls that nobody tagged. */
  readonly name?: string;
  readonly weight: number;
  readonly campaigns: readonly string[];
  readonly models: readonly string[];
}

interface Case {
  readonly feature: Feature;
  readonly weight: number;
  /** What the simulator is to do; see its README. An ordinary answer when absent. */
  readonly behaviour?: string;
  readonly fails?: boolean;
}

export interface Scenario {
  readonly brands: readonly Brand[];
  readonly cases: readonly Case[];
  /** Characters of the longest prompt. */
  readonly maxPromptLength: number;
}

const PRO = "gemini-3.1-pro-preview";
const FLASH = "gemini-3.8-flash";
const LITE = "gemini-3.5-flash-lite";

export const SIMULATED: Scenario = {
  brands: [
    { name: "aurora-hotels", weight: 40, campaigns: ["summer", "loyalty"], models: [PRO, FLASH] },
    { name: "brisk-coffee", weight: 22, campaigns: ["launch", "always-on"], models: [FLASH, LITE] },
    { name: "cedar-bank", weight: 12, campaigns: ["mortgages"], models: [PRO] },
    { name: "dune-travel", weight: 6, campaigns: ["last-minute", "summer"], models: [LITE] },
    { name: "ember-games", weight: 2, campaigns: ["beta"], models: [FLASH] },
    { weight: 1, campaigns: ["beta"], models: [LITE] },
  ],
  cases: [
    { feature: "write", weight: 60 },
    { feature: "write", behaviour: "thinking", weight: 30 },
    { feature: "extract", weight: 50 },
    { feature: "extract", behaviour: "cached", weight: 24 },
    { feature: "summarise", weight: 36 },
    { feature: "translate", weight: 30 },
    { feature: "chat", weight: 24 },
    { feature: "support", weight: 18 },
    { feature: "search", weight: 24 },
    { feature: "index", weight: 18 },
    { feature: "plan", behaviour: "afc", weight: 12 },
    { feature: "weather", weight: 12 },
    { feature: "estimate", weight: 4 },
    { feature: "skim", weight: 5 },
    { feature: "write", behaviour: "blocked", weight: 4 },
    { feature: "write", behaviour: "503once", weight: 3 },
    { feature: "write", behaviour: "err429", fails: true, weight: 2 },
    { feature: "extract", behaviour: "err500", fails: true, weight: 2 },
    { feature: "suggest", behaviour: "hang", fails: true, weight: 1 },
    { feature: "summarise", behaviour: "cut", fails: true, weight: 1 },
    { feature: "write", behaviour: "rerouted", weight: 2 },
    { feature: "write", behaviour: "unknownmodel", weight: 1 },
  ],
  maxPromptLength: 12_000,
};

/** For the real API: nothing long, and nothing that is meant to fail. */
export const LIVE: Scenario = {
  brands: [
    { name: "aurora-hotels", weight: 2, campaigns: ["summer"], models: [LITE] },
    { name: "brisk-coffee", weight: 1, campaigns: ["launch"], models: [LITE] },
  ],
  cases: [
    { feature: "write", weight: 1 },
    { feature: "extract", weight: 1 },
    { feature: "summarise", weight: 1 },
    { feature: "translate", weight: 1 },
    { feature: "chat", weight: 1 },
    { feature: "search", weight: 1 },
    { feature: "index", weight: 1 },
    { feature: "estimate", weight: 1 },
  ],
  maxPromptLength: 200,
};

const BRIEF = "Write one friendly sentence about a quiet weekend by the sea. ";
const CITIES = ["Lisbon", "Oslo", "Kyoto", "Lima"];

/** Calls without end: first one of each kind, then by chance. */
export function* callsOf(scenario: Scenario, random: Random): Generator<Call, never> {
  for (const each of scenario.cases) yield callOf(each, scenario, random);
  for (;;) yield callOf(pick(scenario.cases, random, weightOf), scenario, random);
}

export function brandNames({ brands }: Scenario): readonly string[] {
  return brands.flatMap(({ name }) => name ?? []);
}

export function modelNames({ brands }: Scenario): readonly string[] {
  return [...new Set(brands.flatMap(({ models }) => models))];
}

function callOf(
  { feature, behaviour, fails = false }: Case,
  { brands, maxPromptLength }: Scenario,
  random: Random,
): Call {
  const brand = pick(brands, random, weightOf);
  const campaign = brand.name === undefined ? undefined : pick(brand.campaigns, random);
  const length = BRIEF.length * (maxPromptLength / BRIEF.length) ** random();
  const prompt = BRIEF.repeat(Math.ceil(length / BRIEF.length));
  const directive = behaviour === undefined ? "" : `[[sim:${behaviour}]]`;
  return {
    tags: { brand: brand.name, campaign },
    feature,
    model: pick(brand.models, random),
    text: feature === "weather" ? pick(CITIES, random) : prompt + directive,
    fails,
  };
}

function weightOf({ weight }: { readonly weight: number }): number {
  return weight;
}

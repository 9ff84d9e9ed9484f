/** docker-compose.yml as text: its services with every variable at its default. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

/** A service, as far as the tests look at it. */
export interface ComposeService {
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, string | number>> } };
}

const text = readFileSync(path.join(import.meta.dirname, "../../docker-compose.yml"), "utf8")
  // What compose does with a variable that is not set.
  .replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1");
const file = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, ComposeService>> };

/** By their names. */
export const composeServices = file.services;

/** Those that are Entrain's own. */
export const ourServices = ["decision-loop", "coordinator", "agent", "console"] as const;
export type OurService = (typeof ourServices)[number];

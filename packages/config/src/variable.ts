/** One environment variable: everything that is known of it, for the reading and for the documentation alike. */
import type { z } from "zod";

/** The services that read the environment. */
export type ServiceName = "agent" | "decision-loop" | "coordinator" | "console" | "cli";

/** How a type is written and checked. An issue's message is the remedy: what to write instead. */
export interface VariableType<Value> {
  /** As the documentation calls it: `duration`, `whole number` … */
  readonly type: string;
  readonly range: string;
  readonly unit: string;
  readonly schema: z.ZodType<Value, string>;
}

/** A variable; without a default its value may be undefined. */
export interface Variable<Value, Service extends ServiceName = ServiceName> extends VariableType<Value> {
  readonly name: `ENTRAIN_${string}`;
  /** Another name that is read where this one is not set. */
  readonly alias: string | undefined;
  /** As one would write it. */
  readonly default: string | undefined;
  /** May hold a secret: never shown, and can come from the file that `<name>_FILE` names. */
  readonly secret: boolean;
  readonly services: readonly Service[];
  readonly doc: string;
}

interface Description<Service extends ServiceName> {
  readonly services: readonly Service[];
  readonly doc: string;
  readonly secret?: boolean;
  readonly alias?: string;
}

/** A variable with a default. */
export function variable<Value, const Service extends ServiceName>(
  name: `ENTRAIN_${string}`,
  type: VariableType<Value>,
  description: Description<Service> & { readonly default: string },
): Variable<Value, Service> {
  return { ...type, name, secret: false, alias: undefined, ...description };
}

/** A variable that may be left out. */
export function optionalVariable<Value, const Service extends ServiceName>(
  name: `ENTRAIN_${string}`,
  type: VariableType<Value>,
  description: Description<Service>,
): Variable<Value | undefined, Service> {
  return { ...type, name, default: undefined, secret: false, alias: undefined, ...description };
}

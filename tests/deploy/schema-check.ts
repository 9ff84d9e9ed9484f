/**
 * Holds an object against the schema of its kind, strictly: besides what the schema refuses, a field that it does not know
 * is wrong, as `kubectl apply --validate=strict` has it. The schemas of kubernetes-models are compiled validators that pass
 * over unknown fields without looking; so a validator is given an object that notes which fields were looked at.
 */
import * as certManager from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import * as prometheusOperator from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import type { Manifest } from "./manifests.ts";

const models: Readonly<Record<string, object>> = {
  v1: core,
  "apps/v1": apps,
  "autoscaling/v2": autoscaling,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
  "cert-manager.io/v1": certManager,
  "monitoring.coreos.com/v1": prometheusOperator,
};

interface Model {
  readonly prototype: { validate(): void };
}

interface Looked {
  readonly at: string;
  readonly fields: readonly string[];
  readonly seen: ReadonlySet<string>;
}

/** What is wrong with it, one sentence each. */
export function schemaFaults(manifest: Manifest): readonly string[] {
  const { apiVersion, kind, metadata } = manifest;
  const model = (models[apiVersion] as Readonly<Record<string, Model>> | undefined)?.[kind];
  const name = `${kind} ${metadata.name}`;
  if (model === undefined) return [`${name}: there is no ${kind} in ${apiVersion}`];
  const looked: Looked[] = [];
  const faults: string[] = [];
  try {
    model.prototype.validate.call(
      watched(Object.assign(Object.create(model.prototype) as object, manifest), "", looked),
    );
  } catch (thrown) {
    faults.push(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  for (const { at, fields, seen } of looked)
    for (const field of fields) if (!seen.has(field)) faults.push(`${name}: ${at}/${field} is no field`);
  return faults;
}

/** The value, which notes what is read of it and of all below. */
function watched(value: object, at: string, looked: Looked[]): object {
  const seen = new Set<string>();
  looked.push({ at, fields: Object.keys(value), seen });
  const below = new Map<string, unknown>();
  return new Proxy(value, {
    get(target, field) {
      const found: unknown = Reflect.get(target, field);
      if (typeof field === "symbol" || typeof found === "function") return found;
      seen.add(field);
      if (typeof found !== "object" || found === null) return found;
      if (!below.has(field)) below.set(field, watched(found, `${at}/${field}`, looked));
      return below.get(field);
    },
  });
}

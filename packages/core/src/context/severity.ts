/**
 * How much a change of the shared document matters, by its place: `critical`, `warning` or `info`. The places that matter
 * are data: `/metadata/severities` of the document adds to the usual ones and goes before them.
 */
import type { Change } from "./changes.ts";
import type { SharedDocument } from "./document.ts";

/** The severities, the least first. */
export const severities = ["info", "warning", "critical"] as const;

/** How much a change matters. */
export type Severity = (typeof severities)[number];

/** Severity by place, a JSON Pointer; it holds for all below the place that has no mark of its own. */
type Marks = Readonly<Record<string, Severity>>;

const usualMarks: Marks = { "/policy": "critical", "/configuration": "warning", "/resources": "warning" };

/** True where something comes at least as high as something else. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least);
}

/** Judges changes by the marks of the present document; marks are read once for each version of `/metadata`. */
export function createSeverityJudge(present: () => SharedDocument): (change: Change) => Severity {
  let readFrom: unknown;
  let marks = usualMarks;
  return ({ pointer }) => {
    const { metadata } = present();
    if (metadata !== readFrom) {
      readFrom = metadata;
      marks = { ...usualMarks, ...marksIn(metadata) };
    }
    return severityAt(pointer, marks);
  };
}

/** That of the nearest mark at the place or above it, or of one below it that is higher: it may have changed, too. */
function severityAt(pointer: string, marks: Marks): Severity {
  let above = { length: -1, severity: "info" as Severity };
  let highest: Severity = "info";
  for (const [place, severity] of Object.entries(marks)) {
    if (`${pointer}/`.startsWith(`${place}/`) && place.length > above.length)
      above = { length: place.length, severity };
    else if (place.startsWith(`${pointer}/`) && isAtLeast(severity, highest)) highest = severity;
  }
  return isAtLeast(highest, above.severity) ? highest : above.severity;
}

function marksIn(metadata: unknown): Marks {
  if (typeof metadata !== "object" || metadata === null || !("severities" in metadata)) return {};
  const marks: unknown = metadata.severities;
  if (typeof marks !== "object" || marks === null) return {};
  const entries = Object.entries(marks).flatMap(([place, mark]) => {
    const severity = severities.find((known) => known === mark);
    return severity === undefined ? [] : [[place, severity] as const];
  });
  return Object.fromEntries(entries);
}

/** Where readings come from. */
import type { Reading } from "@entrain/core/decision";

/** Something that can be looked at. */
export interface TelemetrySource {
  /** The reading of now; values that cannot be read are left out. */
  sample(): Promise<Reading>;
}

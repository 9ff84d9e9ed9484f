/** Log lines of the bus. */
import type { BusEvent } from "@entrain/ports";
import { line, type EventLine } from "./line.ts";

/** What became of a message in this process: what was refused, died or did not count is a warning. */
export function busLine(event: BusEvent): EventLine {
  switch (event.kind) {
    case "message.published": {
      const { kind: _, outcome, ...fields } = event;
      const isTaken = outcome === "published" || outcome === "repeated";
      return line(isTaken ? "trace" : "warn", `message ${isTaken ? outcome : `not published: ${outcome}`}`, fields);
    }
    case "message.ended": {
      const { kind: _, outcome, cause, ...fields } = event;
      const level = outcome === "acknowledged" ? "trace" : outcome === "again" ? "info" : "warn";
      return line(level, `message ${outcome}`, { ...fields, ...(cause === "" ? {} : { cause }) });
    }
    case "message.dropped": {
      const { kind: _, message, ...fields } = event;
      return line("warn", `message dropped: ${message}`, fields);
    }
    case "message.heard": {
      const { kind: _, outcome, cause, ...fields } = event;
      if (outcome === "handled") return line("trace", "message heard", fields);
      return line("warn", "listener failed", { ...fields, cause });
    }
    case "message.died": {
      const { kind: _, ...fields } = event;
      return line("warn", "message dead", fields);
    }
  }
}

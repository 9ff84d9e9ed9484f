/**
 * The account for people. It chooses what is worth a line and when: while the swarm comes up, the coherence is one line
 * redrawn in place (on a terminal) or told at its milestones (elsewhere); later there is a line of figures every few
 * seconds, and every event as it happens, but of a flood of one kind only the first ones: the rest is counted. What the
 * lines say is in human-lines.ts.
 */
import type { Account, AccountEvent } from "./account-event.ts";
import { formatCoherence } from "./figures.ts";
import { humanLines, statusHeader } from "./human-lines.ts";
import { sparkline, type Style } from "./style.ts";

/** Services beyond that many are counted, not listed. */
const servicesListed = 16;
/** Events of one type that are told one by one within a second; beyond that they are counted. */
const eventsListed = 10;
const milestones = [0.5, 0.9, 0.99] as const;
const traceWidth = 40;
/** A status line that often, ms: closely at first, then now and then. */
const statusEveryMs = { first: 2_000, later: 10_000, firstFor: 20_000 } as const;

/** Writes the account in the style that the stream can show. */
export function createHumanAccount(write: (text: string) => void, style: Style): Account {
  const trace: number[] = [];
  let highest = 0;
  let listed = 0;
  let liveLine = false;
  let headed = false;
  let lastStatusMs = Number.NEGATIVE_INFINITY;
  let wasConverged: boolean | null = null;
  const flood = createFlood();

  const put = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    const before = liveLine ? "\n" : "";
    liveLine = false;
    write(before + lines.map((line) => `${line}\n`).join(""));
  };

  function tellCoherence(event: Extract<AccountEvent, { kind: "coherence" }>): void {
    const { value } = event;
    if (style.redraw) {
      trace.push(value);
      const drawn = sparkline(style, trace.slice(-traceWidth));
      write(`\r\u001b[K  coherence ${drawn} ${formatCoherence(value)}`);
      liveLine = true;
    } else if (milestones.some((milestone) => highest < milestone && value >= milestone)) {
      put(humanLines(event, style));
    }
    highest = Math.max(highest, value);
  }

  function isStatusDue({ sinceReadyMs, swarm }: Extract<AccountEvent, { kind: "status" }>): boolean {
    const { first, later, firstFor } = statusEveryMs;
    const turned = wasConverged === false && swarm.rhythm.converged === true;
    wasConverged = swarm.rhythm.converged;
    // Half a tick early is in time: the reports themselves come a second apart.
    const due = sinceReadyMs - lastStatusMs >= (sinceReadyMs <= firstFor ? first : later) - 500;
    if (due || turned) lastStatusMs = sinceReadyMs;
    return due || turned;
  }

  function headerOnce(): readonly string[] {
    if (headed) return [];
    headed = true;
    return [statusHeader(style)];
  }

  return {
    tell(event) {
      switch (event.kind) {
        case "coherence":
          tellCoherence(event);
          break;
        case "event":
          if (flood.admits(event.event.type)) put(humanLines(event, style));
          break;
        case "status":
          put(flood.ebb());
          if (isStatusDue(event)) put([...headerOnce(), ...humanLines(event, style)]);
          break;
        case "service":
          listed += 1;
          if (listed <= servicesListed || event.lives > 1) put(humanLines(event, style));
          else if (listed % 10 === 0) put([`  ${listed} processes are ready`]);
          break;
        default:
          put(humanLines(event, style));
      }
    },
  };
}

/** Counts the events between two looks (a second apart), so that a thousand of them are ten lines and a number. */
function createFlood(): { admits: (type: string) => boolean; ebb: () => readonly string[] } {
  const seen = new Map<string, number>();
  return {
    admits(type) {
      const count = (seen.get(type) ?? 0) + 1;
      seen.set(type, count);
      return count <= eventsListed;
    },
    ebb() {
      const folded = [...seen].filter(([, count]) => count > eventsListed);
      seen.clear();
      return folded.map(([type, count]) => `  and ${count - eventsListed} more of ${type}`);
    },
  };
}

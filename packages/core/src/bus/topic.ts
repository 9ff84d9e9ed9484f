/**
 * Topics and the patterns that match them: MQTT's (OASIS MQTT 5.0, section 4.7), for its wildcards have a normative text and
 * test cases, which those of NATS have not. Levels are parted by `/`; in a pattern `+` stands for one level and `#`, which
 * is the last, for all that follow and for none (4.7.1.2).
 *
 * Narrower than MQTT: a level is never empty and is made of letters, digits, `.`, `_` and `-`. So a topic is safe in a key
 * and in a log line, and none begins with `$` (4.7.2).
 */
import { EntrainError } from "@entrain/kernel";

/** Bounds of topics and patterns. */
export const topicLimits = { lengthMax: 200, levelsMax: 16 } as const;

const levelPattern = /^[A-Za-z0-9._-]+$/;

function levelsOf(field: string, text: unknown): readonly string[] {
  const { lengthMax, levelsMax } = topicLimits;
  if (typeof text !== "string" || text.length === 0 || text.length > lengthMax)
    throw EntrainError.invalid(field, text, `give a text of 1 to ${lengthMax} characters`);
  const levels = text.split("/");
  if (levels.length > levelsMax) throw EntrainError.invalid(field, text, `use ${levelsMax} levels at most`);
  return levels;
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function checkTopic(field: string, topic: unknown): string {
  const levels = levelsOf(field, topic);
  if (levels.every((level) => levelPattern.test(level))) return levels.join("/");
  throw EntrainError.invalid(field, topic, "use levels of letters, digits, '.', '_' and '-', parted by single '/'");
}

/** @throws EntrainError `invalid-argument` that names the field. */
export function checkPattern(field: string, pattern: unknown): string {
  const levels = levelsOf(field, pattern);
  for (const [at, level] of levels.entries()) {
    const isLast = at === levels.length - 1;
    if (level === "#" && !isLast) throw EntrainError.invalid(field, pattern, "'#' may only be the last level");
    if (level !== "+" && level !== "#" && !levelPattern.test(level))
      throw EntrainError.invalid(
        field,
        pattern,
        "use levels of letters, digits, '.', '_' and '-', or '+' or a last '#' as a whole level",
      );
  }
  return levels.join("/");
}

/** Whether a topic is one of those that the pattern stands for; both were checked. */
export function matchesTopic(pattern: string, topic: string): boolean {
  const wanted = pattern.split("/");
  const levels = topic.split("/");
  for (const [at, level] of wanted.entries()) {
    if (level === "#") return true;
    if (at >= levels.length || (level !== "+" && level !== levels[at])) return false;
  }
  return wanted.length === levels.length;
}

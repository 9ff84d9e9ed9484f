/**
 * Which fields of a reading a policy's conditions take for numbers: those that stand beside a number in a comparison or are
 * calculated with. On a text such a rule would err, or be quietly false, so a reading that holds one is refused instead.
 *
 * A field that some condition takes for a text as well is left alone, and so is what is converted first (`double(t.x)`).
 */
import type { ASTNode } from "@marcbachmann/cel-js";

type Kind = "number" | "text" | undefined;

const comparisons: readonly string[] = ["==", "!=", "<", "<=", ">", ">="];
const calculations: readonly string[] = ["-", "*", "/", "%"];
const textFunctions: readonly string[] = ["contains", "startsWith", "endsWith", "lowerAscii"];

/** The fields of `t` that these conditions take for numbers, and none of them for a text. */
export function numberFieldsOf(conditions: readonly ASTNode[]): ReadonlySet<string> {
  const taken = { number: new Set<string>(), text: new Set<string>() };
  const note = (name: string, kind: Kind): void => {
    if (kind !== undefined) taken[kind].add(name);
  };
  for (const condition of conditions) visit(condition, undefined, note);
  return new Set([...taken.number].filter((name) => !taken.text.has(name)));
}

/** Notes each field under `node`, which is wanted as `wanted`. */
function visit(node: ASTNode, wanted: Kind, note: (name: string, kind: Kind) => void): void {
  const name = fieldOf(node);
  if (name !== undefined) {
    note(name, wanted);
    return;
  }
  const parts = partsOf(node);
  for (const [index, part] of parts.entries()) visit(part, wantedOf(node, parts, index, wanted), note);
}

/** As what the `index`-th part of a node is taken. */
function wantedOf(node: ASTNode, parts: readonly ASTNode[], index: number, wanted: Kind): Kind {
  const { op } = node;
  if (op === "-_" || calculations.includes(op)) return "number";
  if (op === "+") return firstKind(parts) ?? wanted;
  if (comparisons.includes(op) || op === "in") return firstKind(parts);
  if (op === "?:") return index === 0 ? undefined : wanted;
  if (node.op === "rcall") return textFunctions.includes(node.args[0]) ? "text" : undefined;
  return undefined;
}

/** What is known of the parts without a reading: one that is a number or a text makes the others the same. */
function firstKind(parts: readonly ASTNode[]): Kind {
  return parts.map(kindOf).find((kind) => kind !== undefined);
}

function kindOf(node: ASTNode): Kind {
  const { op } = node;
  if (node.op === "value") {
    if (typeof node.args === "string") return "text";
    return typeof node.args === "number" || typeof node.args === "bigint" ? "number" : undefined;
  }
  if (op === "-_" || calculations.includes(op)) return "number";
  if (node.op === "call") {
    const [called] = node.args;
    if (called === "double" || called === "int" || called === "size") return "number";
    return called === "string" ? "text" : undefined;
  }
  if (node.op === "rcall") return node.args[0] === "lowerAscii" ? "text" : undefined;
  return op === "+" || op === "list" ? firstKind(partsOf(node)) : undefined;
}

/** The name in `t.name` or `t["name"]`. */
function fieldOf(node: ASTNode): string | undefined {
  if (node.op === ".") return isReading(node.args[0]) ? node.args[1] : undefined;
  if (node.op !== "[]" || !isReading(node.args[0])) return undefined;
  const [, key] = node.args;
  return key.op === "value" && typeof key.args === "string" ? key.args : undefined;
}

function isReading(node: ASTNode): boolean {
  return node.op === "id" && node.args === "t";
}

/** The nodes under a node, whatever the shape of its arguments. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  return [node.args]
    .flat(3)
    .filter((part): part is ASTNode => typeof part === "object" && part !== null && "op" in part);
}

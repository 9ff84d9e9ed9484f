/** What every strategy asks: who stands beside a budget in the tree, and what they can give up. */
import { freeFor } from "./admission.ts";
import { moveAcross, movePart, type Ledger, type Node } from "./ledger.ts";

/** The siblings of the node's strategy, without the node itself. */
export function siblingsOf({ nodes }: Ledger, node: Node, parent: Node): readonly Node[] {
  return [...parent.children].flatMap((id) => {
    const sibling = nodes.get(id);
    const isOne = sibling !== undefined && sibling !== node && !sibling.closing;
    return isOne && sibling.definition.strategy === node.definition.strategy ? [sibling] : [];
  });
}

/** Its parent; undefined for a root. */
export function parentOf({ nodes }: Ledger, node: Node): Node | undefined {
  const { parentId } = node.definition;
  return parentId === null ? undefined : nodes.get(parentId);
}

/** The id of a node. */
export const idOf = (node: Node): string => node.definition.budgetId;

/** Who may give up how much of a resource. */
export interface Lender {
  readonly node: Node;
  readonly spare: number;
}

/** The parent first, then siblings, those with most to spare first; only those that have some. */
export function lendersOf(
  ledger: Ledger,
  node: Node,
  parent: Node,
  resource: string,
  spareOf: (sibling: Node) => number,
): readonly Lender[] {
  const siblings = siblingsOf(ledger, node, parent)
    .map((sibling) => ({ node: sibling, spare: spareOf(sibling) }))
    .sort((a, b) => b.spare - a.spare || (idOf(a.node) < idOf(b.node) ? -1 : 1));
  return [{ node: parent, spare: freeFor(parent, resource) }, ...siblings].filter(({ spare }) => spare > 0);
}

/** Moves up to `amount` of a limit to `node`, from one lender after the other; tells of each. */
export function moveFrom(
  lenders: readonly Lender[],
  { node, parent }: { readonly node: Node; readonly parent: Node },
  resource: string,
  amount: number,
  onMove?: (lender: Node, moved: number) => void,
): void {
  let left = amount;
  for (const { node: lender, spare } of lenders) {
    const moved = Math.min(left, spare);
    if (moved === 0) continue;
    if (lender === parent) movePart(parent, node, resource, moved);
    else moveAcross(lender, node, resource, moved);
    onMove?.(lender, moved);
    left -= moved;
  }
}

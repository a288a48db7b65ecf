import type { Schemas } from "../../api/types";

export type Related = Schemas["RelationItem"];
export const NODE = { width: 250, height: 54, gap: 12, apart: 130 } as const;
const MOST_A_SIDE = 8;

export interface Placed {
  related: Related;
  side: "incoming" | "outgoing";
  row: number;
  x: number;
  y: number;
}
export interface Graph {
  nodes: readonly Placed[];
  /** How many are left out on each side. */
  left: { incoming: number; outgoing: number };
  centre: { x: number; y: number };
  width: number;
  height: number;
}

/** The resource in the middle, what points to it on the left, what it points to on the right, each side in the middle. */
export function graphOf(all: readonly Related[]): Graph {
  const sides = (["incoming", "outgoing"] as const).map((side) => ({ side, found: all.filter(({ direction }) => direction === side) }));
  const rows = Math.max(1, ...sides.map(({ found }) => Math.min(found.length, MOST_A_SIDE)));
  const height = rows * (NODE.height + NODE.gap) - NODE.gap;
  const step = NODE.width + NODE.apart;
  const nodes = sides.flatMap(({ side, found }) => {
    const shown = found.slice(0, MOST_A_SIDE);
    const above = (height - (shown.length * (NODE.height + NODE.gap) - NODE.gap)) / 2;
    return shown.map((related, row) => ({ related, side, row, x: side === "incoming" ? 0 : step * 2, y: above + row * (NODE.height + NODE.gap) }));
  });
  const left = Object.fromEntries(sides.map(({ side, found }) => [side, Math.max(0, found.length - MOST_A_SIDE)]));
  return {
    nodes,
    left: { incoming: left["incoming"] ?? 0, outgoing: left["outgoing"] ?? 0 },
    centre: { x: step, y: (height - NODE.height) / 2 },
    width: step * 2 + NODE.width,
    height,
  };
}

/** From the edge of one to the edge of the other, bent so that many stay apart. */
export function pathOf(graph: Graph, node: Placed): string {
  const middle = NODE.height / 2;
  const from = node.side === "incoming" ? { x: node.x + NODE.width, y: node.y + middle } : { x: graph.centre.x + NODE.width, y: graph.centre.y + middle };
  const to = node.side === "incoming" ? { x: graph.centre.x, y: graph.centre.y + middle } : { x: node.x, y: node.y + middle };
  const bend = (to.x - from.x) / 2;
  return `M ${from.x} ${from.y} C ${from.x + bend} ${from.y}, ${to.x - bend} ${to.y}, ${to.x} ${to.y}`;
}

export interface At {
  side: "incoming" | "outgoing";
  row: number;
}

/** Where an arrow key leads; null: nowhere. */
export function stepFrom(graph: Graph, at: At, key: string): At | null {
  const rows = (side: At["side"]) => graph.nodes.filter((node) => node.side === side).length;
  if (key === "ArrowUp") return at.row > 0 ? { ...at, row: at.row - 1 } : null;
  if (key === "ArrowDown") return at.row + 1 < rows(at.side) ? { ...at, row: at.row + 1 } : null;
  const other = key === "ArrowLeft" ? "incoming" : key === "ArrowRight" ? "outgoing" : at.side;
  return other !== at.side && rows(other) > 0 ? { side: other, row: Math.min(at.row, rows(other) - 1) } : null;
}

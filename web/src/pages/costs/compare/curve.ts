import { drawn } from "../../../parts/money";

interface At {
  utilisation: string;
  amount: string | null;
}

const FROM = 0.1;
const STEP = 0.05;

/** Points of rest + shared ÷ utilisation through the lowest and the highest that are known; none where fewer than two are. */
export function curveOf(known: readonly At[]): { x: number; y: number }[] {
  const points = known
    .filter((each) => each.amount !== null && drawn(each.utilisation) > 0)
    .map((each) => ({ x: drawn(each.utilisation), y: drawn(each.amount) }))
    .toSorted((a, b) => a.x - b.x);
  const low = points[0];
  const high = points.at(-1);
  if (!low || !high || low.x === high.x) return [];
  const shared = ((low.y - high.y) * low.x * high.x) / (high.x - low.x);
  const rest = high.y - shared / high.x;
  const found: { x: number; y: number }[] = [];
  for (let n = 0; FROM + n * STEP <= 1 + STEP / 2; n += 1) {
    const x = Number((FROM + n * STEP).toFixed(2));
    found.push({ x, y: rest + shared / x });
  }
  return found;
}

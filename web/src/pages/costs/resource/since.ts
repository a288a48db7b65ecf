/** The first of so many days, the last of which is today, in UTC. */
export function sinceOf(days: number, now = Date.now()): string {
  return new Date(now - (days - 1) * 86_400_000).toISOString().slice(0, 10);
}

/** "eu-1, us-2" as a list. */
export function regionsOf(typed: string): string[] {
  return [...new Set(typed.split(/[,\s]+/).filter(Boolean))];
}

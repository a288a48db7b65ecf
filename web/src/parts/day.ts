/** "2027-01-31" of what a date field holds; "" where it is no day. */
export function dayOf(typed: string): string {
  const day = typed.replaceAll("/", "-");
  const at = Date.parse(`${day}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(day) ? day : "";
}

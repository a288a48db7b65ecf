/** A time of the day on some days of the week, which most schedules are; others are written as cron. */
export interface Simple {
  /** 0: Sunday … 6: Saturday, as cron counts. */
  days: number[];
  /** "20:00" */
  time: string;
}

const DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type DayName = (typeof DAY_NAMES)[number];
/** As people list them. */
export const WEEK: readonly { number: number; name: DayName }[] = [1, 2, 3, 4, 5, 6, 0].map((number) => ({ number, name: DAY_NAMES[number] ?? "sun" }));

/** null: the cron says more than days and a time. */
export function simpleOf(cron: string): Simple | null {
  const [minute = "", hour = "", day, month, weekdays = "", more] = cron.trim().split(/\s+/);
  if (more !== undefined || day !== "*" || month !== "*" || !within(minute, 59) || !within(hour, 23)) return null;
  const days = daysOf(weekdays);
  return days && { days, time: `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` };
}

/** "" while something is lacking. */
export function cronOf({ days, time }: Simple): string {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time);
  if (!found || days.length === 0 || !within(found[1] ?? "", 23) || !within(found[2] ?? "", 59)) return "";
  const weekdays = days.length === 7 ? "*" : days.toSorted((a, b) => a - b).join(",");
  return `${Number(found[2])} ${Number(found[1])} * * ${weekdays}`;
}

/** The lines of somebody's typing; what is no day is named. */
export function daysOffOf(typed: string): { days: string[]; wrong: string } {
  const days = typed.split(/[\s,]+/).filter(Boolean);
  return { days, wrong: days.find((each) => !each.split("/").every(isDay) || each.split("/").length > 2) ?? "" };
}

function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function daysOf(field: string): number[] | null {
  if (field === "*") return WEEK.map((each) => each.number);
  const days = new Set<number>();
  for (const part of field.toLowerCase().split(",")) {
    const [from = -1, to = from, more] = part.split("-").map(dayOf);
    if (from < 0 || to < from || more !== undefined) return null;
    for (let day = from; day <= to; day += 1) days.add(day % 7);
  }
  return [...days].toSorted((a, b) => a - b);
}

/** 7 is Sunday too. */
function dayOf(text: string): number {
  return /^[0-7]$/.test(text) ? Number(text) : DAY_NAMES.indexOf(text as DayName);
}

function within(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}

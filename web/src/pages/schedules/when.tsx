import { useTexts } from "../../i18n/use-texts";
import { simpleOf, WEEK } from "./times";
import { texts } from "./texts";

/** When it is due, in words where it is simple. */
export function When({ cron }: { cron: string }) {
  const t = useTexts(texts);
  const simple = simpleOf(cron);
  if (!simple) return <code className="console-code">{cron}</code>;
  const days = simple.days.length === 7 ? t("allDays") : WEEK.filter((each) => simple.days.includes(each.number)).map((each) => t(each.name)).join(" ");
  return (
    <>
      {days} {simple.time}
    </>
  );
}

import { useEffect, useRef, useState } from "react";
import Button from "@cloudscape-design/components/button";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Slider from "@cloudscape-design/components/slider";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { clamped, instantOf, MINUTE_MS, minuteOf, spanOf } from "./instants";
import { texts } from "./texts";

/** A slider tells of every step on its way; the list is asked for when it rests. */
const RESTS_MS = 400;

interface Props {
  at: string;
  onChange(at: string): void;
}

/** Any instant that is still known, by a slider or exactly. */
export default function Travel({ at, onChange }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  // The first thing that was ever seen; only what is still kept, so what is older than that is told by nothing.
  const first = useQuery({
    // Not below "resources": no event makes the beginning another one.
    queryKey: ["began"],
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      get("/api/v1/resources", { query: { limit: 1, order_by: "first_seen", columns: "first_seen", include_gone: true }, signal }),
  });
  const [opened] = useState(() => Date.now());
  const began = first.data?.items[0]?.first_seen;
  const span = spanOf(began, at, opened);
  const [drawn, setDrawn] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const shown = drawn ?? minuteOf(Date.parse(at));
  const spoken = (minute: number) => format.instant(instantOf(minute));

  useEffect(() => setDrawn(null), [at]);
  useEffect(() => () => clearTimeout(timer.current), []);

  function go(minute: number) {
    const to = clamped(minute, span);
    setDrawn(to);
    clearTimeout(timer.current);
    // The right end is the moment itself and not the whole minute before it, in which something may have been seen first.
    timer.current = setTimeout(() => onChange(to === span.to ? new Date(opened).toISOString() : instantOf(to)), RESTS_MS);
  }

  return (
    <div className="console-travel">
      <FormField label={t("slide")} description={began ? t("slideHint", { at: format.instant(began) }) : undefined} stretch>
        <Slider
          value={clamped(shown, span)}
          min={span.from}
          max={span.to}
          ariaLabel={t("slide")}
          valueFormatter={spoken}
          onChange={({ detail }) => go(detail.value)}
        />
      </FormField>
      <Exact key={at} at={at} onChange={onChange} />
    </div>
  );
}

/** What is typed is UTC, and says so: a past hour may exist twice or not at all in other zones. */
function Exact({ at, onChange }: Props) {
  const t = useTexts(texts);
  const latest = Date.now();
  const [date, setDate] = useState(at.slice(0, 10));
  const [time, setTime] = useState(() => new Date(Date.parse(at)).toISOString().slice(11, 16));
  const wanted = Date.parse(`${date}T${time}:00Z`);
  const wrong = Number.isNaN(wanted) || time.length !== 5 ? t("noTime") : wanted > latest + MINUTE_MS ? t("ahead") : "";
  return (
    <SpaceBetween size="xs" direction="horizontal" alignItems="end">
      <FormField label={t("date")}>
        <DatePicker value={date} onChange={({ detail }) => setDate(detail.value)} isDateEnabled={(day) => day.getTime() <= latest} />
      </FormField>
      <FormField label={t("time", { zone: "UTC" })}>
        <TimeInput value={time} format="hh:mm" onChange={({ detail }) => setTime(detail.value)} />
      </FormField>
      <Button disabled={wrong !== ""} {...(wrong ? { disabledReason: wrong } : {})} onClick={() => onChange(new Date(Math.min(wanted, Date.now())).toISOString())}>
        {t("show")}
      </Button>
    </SpaceBetween>
  );
}

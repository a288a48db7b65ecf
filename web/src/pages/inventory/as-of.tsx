import { lazy, Suspense } from "react";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { instantOf, minuteOf } from "./instants";
import { texts } from "./texts";

const AGO_S: Record<string, number> = { hourAgo: 3_600, dayAgo: 86_400, weekAgo: 604_800 };

// Fetched by whoever goes into the past.
const Travel = lazy(() => import("./travel"));

interface Props {
  at: string;
  onChange(at: string): void;
}

export function AsOfButton({ at, onChange }: Props) {
  const t = useTexts(texts);
  const ago = (seconds: number) => onChange(instantOf(minuteOf(Date.now() - seconds * 1000)));
  return (
    <ButtonDropdown
      items={[
        { id: "now", text: t("now"), disabled: !at },
        { id: "hourAgo", text: t("hourAgo") },
        { id: "dayAgo", text: t("dayAgo") },
        { id: "weekAgo", text: t("weekAgo") },
        { id: "choose", text: t("chooseTime"), disabled: at !== "" },
      ]}
      onItemClick={({ detail }) => {
        if (detail.id === "now") onChange("");
        else ago(AGO_S[detail.id] ?? 60);
      }}
    >
      {t("asOf")}
    </ButtonDropdown>
  );
}

/** Says that the past is shown and what that means, and goes to any other instant of it. */
export function AsOfNotice({ at, onChange }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  if (!at) return null;
  return (
    <Alert type="warning" header={t("past", { at: format.instant(at) })} action={<Button onClick={() => onChange("")}>{t("toNow")}</Button>}>
      <SpaceBetween size="s">
        <span>{t("pastMeans")}</span>
        <Suspense>
          <Travel at={at} onChange={onChange} />
        </Suspense>
      </SpaceBetween>
    </Alert>
  );
}

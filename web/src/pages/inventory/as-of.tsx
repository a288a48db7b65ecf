import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TimeInput from "@cloudscape-design/components/time-input";

import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { texts } from "./texts";

const AGO_S: Record<string, number> = { hourAgo: 3_600, dayAgo: 86_400, weekAgo: 604_800 };

interface Props {
  at: string;
  onChange(at: string): void;
}

export function AsOfButton({ at, onChange }: Props) {
  const t = useTexts(texts);
  const [choosing, setChoosing] = useState(false);
  return (
    <>
      <ButtonDropdown
        items={[
          { id: "now", text: t("now"), disabled: !at },
          { id: "hourAgo", text: t("hourAgo") },
          { id: "dayAgo", text: t("dayAgo") },
          { id: "weekAgo", text: t("weekAgo") },
          { id: "choose", text: `${t("date")} …` },
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === "choose") setChoosing(true);
          else if (detail.id === "now") onChange("");
          else onChange(new Date(Date.now() - (AGO_S[detail.id] ?? 0) * 1000).toISOString());
        }}
      >
        {t("asOf")}
      </ButtonDropdown>
      {choosing ? <Chooser onClose={() => setChoosing(false)} onChange={onChange} /> : null}
    </>
  );
}

/** What is typed is UTC, and says so: a past hour may exist twice or not at all in other zones. */
function Chooser({ onClose, onChange }: { onClose(): void; onChange(at: string): void }) {
  const t = useTexts(texts);
  const [date, setDate] = useState(() => new Date().toISOString().slice(0, 10));
  const [time, setTime] = useState("00:00");
  const at = `${date}T${time.padEnd(5, "0")}:00Z`;
  const wrong = Number.isNaN(Date.parse(at));
  return (
    <Modal
      visible
      header={t("asOf")}
      onDismiss={onClose}
      closeAriaLabel={t("cancel")}
      footer={
        <Button
          variant="primary"
          disabled={wrong}
          onClick={() => {
            onChange(at);
            onClose();
          }}
        >
          {t("show")}
        </Button>
      }
    >
      <SpaceBetween size="m" direction="horizontal">
        <FormField label={t("date")}>
          <DatePicker value={date} onChange={({ detail }) => setDate(detail.value)} isDateEnabled={(day) => day <= new Date()} />
        </FormField>
        <FormField label={t("time", { zone: "UTC" })}>
          <TimeInput value={time} format="hh:mm" onChange={({ detail }) => setTime(detail.value)} />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}

export function AsOfNotice({ at, onChange }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  if (!at) return null;
  return (
    <Alert type="info" action={<Button onClick={() => onChange("")}>{t("toNow")}</Button>}>
      {t("past", { at: format.instant(at) })}
    </Alert>
  );
}

import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import Toggle from "@cloudscape-design/components/toggle";

import { upload } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useMoney } from "../../i18n/money";
import { useTexts } from "../../i18n/use-texts";
import { Typed } from "../../parts/choice";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";

/** A dry run first; what it answers stays beside the form, and a second press imports. */
export function ImportDialog({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const [file, setFile] = useState<File | null>(null);
  const [dry, setDry] = useState(true);
  const [report, setReport] = useState<Schemas["ImportReport"] | null>(null);
  const [beside, setBeside] = useState({ provider: "", currency: "", priced_on: "", source: "" });
  const given = Object.fromEntries(Object.entries(beside).filter(([, value]) => value.trim()));
  const importing = useChange({
    id: "price list",
    run: () => {
      if (!file) throw new Error("no file");
      const typed = new Blob([file], { type: /\.zip$/i.test(file.name) ? "application/zip" : "text/csv" });
      return upload("/api/v1/price-lists", typed, { query: { ...given, dry_run: dry } });
    },
    said: (answer) => (answer.dry_run ? "" : t("importedNow")),
    touches: ["prices"],
    onDone: (answer) => {
      setReport(answer);
      setDry(false);
      if (!answer.dry_run) onClose();
    },
    quiet: true,
  });
  return (
    <FormDialog
      wide
      title={t("importTitle")}
      submit={dry ? t("tryIt") : t("import")}
      busy={importing.isPending}
      error={importing.error}
      unless={file ? "" : t("lackFile")}
      onSubmit={() => importing.mutate()}
      onClose={onClose}
      command={["price", "import", file ? plain(file.name) : "FILE", ...(dry ? ["--dry-run"] : [])]}
    >
      <FormField label={t("file")} description={t("importHint")}>
        <FileUpload
          value={file ? [file] : []}
          accept=".csv,.zip"
          showFileSize
          i18nStrings={{ uploadButtonText: () => t("chooseFile"), dropzoneText: () => t("chooseFile"), removeFileAriaLabel: () => t("chooseFile"), limitShowFewer: "", limitShowMore: "", errorIconAriaLabel: "" }}
          onChange={({ detail }) => {
            setFile(detail.value[0] ?? null);
            setReport(null);
            setDry(true);
          }}
        />
      </FormField>
      <ColumnLayout columns={2}>
        <Typed label={t("provider")} hint={t("notInFile")} value={beside.provider} onChange={(provider) => setBeside({ ...beside, provider })} />
        <Typed label={t("currency")} hint={t("notInFile")} value={beside.currency} onChange={(currency) => setBeside({ ...beside, currency })} />
        <Typed label={t("priceOf")} hint={t("notInFile")} value={beside.priced_on} example="2026-01-31" onChange={(priced_on) => setBeside({ ...beside, priced_on })} />
        <Typed label={t("source")} hint={t("notInFile")} value={beside.source} onChange={(source) => setBeside({ ...beside, source })} />
      </ColumnLayout>
      <Toggle checked={dry} onChange={({ detail }) => setDry(detail.checked)}>
        {t("tryIt")}
      </Toggle>
      {report ? <Tried of={report} /> : null}
    </FormDialog>
  );
}

function Tried({ of }: { of: Schemas["ImportReport"] }) {
  const t = useTexts(texts);
  const money = useMoney();
  return (
    <Alert type="info" header={t("triedIt")}>
      <ul className="console-plain-list">
        {of.lists.map((each) => (
          <li key={`${each.provider} ${each.sha256}`}>
            {t("wouldBe", { provider: plain(each.provider), currency: each.currency, on: money.day(each.priced_on), points: each.points, added: each.new, changed: each.changed, unchanged: each.unchanged, gone: each.gone })}
            {each.already ? ` – ${t("alreadyThere")}` : ""}
            {each.faults.map((fault) => (
              <div key={`${fault.line} ${fault.message}`}>{t("faultAt", { line: fault.line, message: plain(fault.message) })}</div>
            ))}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useNavigate } from "react-router";

import { upload } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { Choice } from "../../../parts/choice";
import { FormDialog } from "../../../parts/form-dialog";
import { plain } from "../../../parts/plain";
import { useChange } from "../../../parts/use-change";
import { useAccountOptions } from "./accounts";
import { Findings, PartsTable } from "./report";
import { texts } from "./texts";

const MODES = ["replace", "add"] as const;

/** A dry run first; its report stands below the form, and a second press imports. */
export function UploadDialog({ onClose }: { onClose(): void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const accounts = useAccountOptions();
  const [file, setFile] = useState<File | null>(null);
  const [account, setAccount] = useState("");
  const [mode, setMode] = useState<(typeof MODES)[number]>("replace");
  const [dry, setDry] = useState(true);
  const [report, setReport] = useState<Schemas["ImportResult"] | null>(null);
  const anew = () => {
    setReport(null);
    setDry(true);
  };
  const importing = useChange({
    id: "charge import",
    run: () => {
      if (!file) throw new Error("no file");
      const typed = new Blob([file], { type: "application/octet-stream" });
      return upload("/api/v1/charge-imports", typed, { query: { account, file_name: file.name, mode, dry_run: dry } });
    },
    said: (answer) => (answer.dry_run ? "" : t("done")),
    touches: ["costs"],
    onDone: (answer) => {
      setReport(answer);
      setDry(false);
      if (!answer.dry_run) void navigate(`/charge-imports/${answer.id}`);
    },
    quiet: true,
  });
  return (
    <FormDialog
      wide
      title={t("import")}
      submit={dry ? t("tryIt") : t("import")}
      busy={importing.isPending}
      error={importing.error}
      unless={file && account ? "" : t("lackFile")}
      onSubmit={() => importing.mutate()}
      onClose={onClose}
      command={["charge", "import", file ? plain(file.name) : "FILE", "--account", account || "ACCOUNT", ...(mode === "add" ? ["--add"] : []), ...(dry ? ["--dry-run"] : [])]}
    >
      <FormField label={t("file")} description={t("noneHint")}>
        <FileUpload
          value={file ? [file] : []}
          accept=".csv,.gz,.zip,.parquet"
          showFileSize
          i18nStrings={{ uploadButtonText: () => t("chooseFile"), dropzoneText: () => t("chooseFile"), removeFileAriaLabel: () => t("chooseFile"), limitShowFewer: "", limitShowMore: "", errorIconAriaLabel: "" }}
          onChange={({ detail }) => {
            setFile(detail.value[0] ?? null);
            anew();
          }}
        />
      </FormField>
      <Choice field label={t("account")} value={account} options={accounts} onChange={(to) => { setAccount(to); anew(); }} />
      <Choice field label={t("mode")} value={mode} options={MODES.map((each) => ({ value: each, label: t(each) }))} onChange={(to) => { setMode(to === "add" ? "add" : "replace"); anew(); }} />
      <Toggle checked={dry} onChange={({ detail }) => setDry(detail.checked)}>
        {t("tryIt")}
      </Toggle>
      {report ? <Tried of={report} /> : null}
    </FormDialog>
  );
}

function Tried({ of }: { of: Schemas["ImportResult"] }) {
  const t = useTexts(texts);
  const money = useMoney();
  return (
    <SpaceBetween size="m">
      <Alert type={of.errors > 0 ? "error" : "info"} header={of.already ? t("already") : t("tried")}>
        {of.closed && of.closed.length > 0 ? t("closed", { months: of.closed.map((month) => money.month(month)).join(", ") }) : null}
      </Alert>
      <PartsTable of={of.parts} />
      <Findings of={of.findings} />
    </SpaceBetween>
  );
}

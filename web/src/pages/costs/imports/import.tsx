import { useState } from "react";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { get, remove } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { CommandLine } from "../../../parts/command-line";
import { FormDialog } from "../../../parts/form-dialog";
import { useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { Shown } from "../../../parts/states";
import { useChange } from "../../../parts/use-change";
import { Form, ImportState } from "./list";
import { Findings, PartsTable } from "./report";
import { texts } from "./texts";

export default function ImportPage() {
  const { import: id = "" } = useParams();
  const found = useQuery({
    queryKey: ["costs", "import", id],
    queryFn: ({ signal }) => get("/api/v1/charge-imports/{import_id}", { path: { import_id: id }, signal }),
  });
  return <Shown whole of={found}>{(known) => <Known of={known} />}</Shown>;
}

function Known({ of }: { of: Schemas["ImportDetail"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const word = useMoneyWord();
  const [asking, setAsking] = useState(false);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <AllowedButton permission="cost.write" unless={of.status === "removed" ? t("removed") : ""} onClick={() => setAsking(true)}>
            {t("remove")}
          </AllowedButton>
        }
      >
        <Name of={of.file_name ?? of.reason ?? of.id} />
      </Header>
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("state"), value: <ImportState of={of.status} /> },
            { label: t("kind"), value: word("import", of.kind) },
            { label: t("account"), value: <Name of={of.account} /> },
            { label: t("basis"), value: word("basis", of.basis) },
            { label: t("rows"), value: format.number(of.rows) },
            { label: t("linked"), value: format.number(of.linked) },
            { label: `${t("added")} · ${t("removedRows")}`, value: `${format.number(of.added)} · ${format.number(of.removed)}` },
            { label: `${t("changed")} · ${t("unchanged")}`, value: `${format.number(of.changed)} · ${format.number(of.unchanged)}` },
            { label: `${t("errors")} · ${t("warnings")}`, value: `${format.number(of.errors)} · ${format.number(of.warnings)}` },
            { label: t("form"), value: <Form of={of} /> },
            { label: t("imported"), value: format.instant(of.imported_at) },
            { label: t("by"), value: <Name of={of.imported_by} /> },
            { label: t("hash"), value: of.file_sha256 ? <code className="console-code">{of.file_sha256}</code> : "–" },
          ]}
        />
      </Container>
      <PartsTable of={of.parts} />
      <Findings of={of.findings} />
      <CommandLine words={["mcm", "charge", "show", of.id]} />
      {asking ? <Removal id={of.id} onClose={() => setAsking(false)} /> : null}
    </SpaceBetween>
  );
}

/** Says first what would go. */
function Removal({ id, onClose }: { id: string; onClose(): void }) {
  const t = useTexts(texts);
  const money = useMoney();
  const [preview, setPreview] = useState<Schemas["RemovalPreview"] | null>(null);
  const removing = useChange({
    id: `import ${id}`,
    run: () => remove("/api/v1/charge-imports/{import_id}", { path: { import_id: id }, query: { dry_run: preview === null } }),
    said: (answer) => ("status" in answer ? t("removed") : ""),
    touches: ["costs"],
    onDone: (answer) => {
      if ("status" in answer) onClose();
      else setPreview(answer);
    },
    quiet: true,
  });
  return (
    <FormDialog title={t("removeTitle")} submit={preview ? t("remove") : t("tryIt")} busy={removing.isPending} error={removing.error} onSubmit={() => removing.mutate()} onClose={onClose} command={["charge", "remove", id]}>
      {preview ? t("removeWhat", { rows: preview.rows, months: preview.months.map((month) => money.month(month)).join(", ") }) : t("counting")}
    </FormDialog>
  );
}

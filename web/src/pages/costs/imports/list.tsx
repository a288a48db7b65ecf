import { useState } from "react";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../../api/client";
import { useFormat } from "../../../i18n/format";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { useMoneyWord } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { texts } from "./texts";
import { UploadDialog } from "./upload";

export default function Imports() {
  const t = useTexts(texts);
  const format = useFormat();
  const money = useMoney();
  const word = useMoneyWord();
  const cursor = useAddress().value("cursor");
  const [importing, setImporting] = useState(false);
  const found = useQuery({
    queryKey: ["costs", "imports", cursor],
    queryFn: ({ signal }) => get("/api/v1/charge-imports", { query: cursor ? { cursor } : {}, signal }),
  });
  return (
    <>
      <Listing
        of={found}
        title={t("title")}
        subtitle={t("subtitle")}
        pagesOf="imports"
        trackBy={(each) => each.id}
        actions={
          <AllowedButton permission="cost.write" variant="primary" onClick={() => setImporting(true)}>
            {t("import")}
          </AllowedButton>
        }
        columns={[
          { id: "file", header: t("file"), isRowHeader: true, width: 220, cell: (each) => <Inside href={`/charge-imports/${each.id}`}><Name of={each.file_name ?? each.reason ?? each.id} /></Inside> },
          { id: "kind", header: t("kind"), width: 130, cell: (each) => word("import", each.kind) },
          { id: "state", header: t("state"), width: 150, cell: (each) => <ImportState of={each.status} /> },
          { id: "account", header: t("account"), width: 150, cell: (each) => <Name of={each.account} /> },
          { id: "months", header: t("months"), width: 220, cell: (each) => each.months.map((month) => money.month(month)).join(", ") },
          { id: "rows", header: t("rows"), width: 110, cell: (each) => format.number(each.rows) },
          { id: "warnings", header: t("warnings"), width: 110, cell: (each) => (each.warnings > 0 ? <StatusIndicator type="warning">{format.number(each.warnings)}</StatusIndicator> : format.number(0)) },
          { id: "focus", header: t("form"), width: 200, cell: (each) => <Form of={each} /> },
          { id: "imported", header: t("imported"), width: 150, cell: (each) => <Age at={each.imported_at} /> },
          { id: "by", header: t("by"), width: 120, cell: (each) => <Name of={each.imported_by} /> },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      {importing ? <UploadDialog onClose={() => setImporting(false)} /> : null}
    </>
  );
}

/** FOCUS by its version, or which cloud's own bill. */
export function Form({ of }: { of: { focus: string | null; dialect?: string | null } }) {
  const t = useTexts(texts);
  const word = useMoneyWord();
  if (of.dialect) return word("dialect", of.dialect);
  return of.focus ? t("focus", { version: of.focus }) : "–";
}

export function ImportState({ of }: { of: "current" | "superseded" | "removed" }) {
  const word = useMoneyWord();
  return <StatusIndicator type={of === "current" ? "success" : "stopped"}>{word("import", of)}</StatusIndicator>;
}

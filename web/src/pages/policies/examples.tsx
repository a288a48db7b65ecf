import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Word } from "../../parts/deciding/word";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { texts } from "./texts";

/** The policy's own tests, and what became of them. */
export function Examples({ items }: { items: Schemas["ExampleItem"][] }) {
  const t = useTexts(texts);
  return (
    <Table
      header={<Header counter={items.length ? `(${items.length})` : undefined}>{t("examples")}</Header>}
      ariaLabels={{ tableLabel: t("examples") }}
      items={items}
      columnDefinitions={[
        { id: "name", header: t("example"), isRowHeader: true, cell: (each) => plain(each.name) },
        { id: "expect", header: t("expects"), cell: (each) => <Word group="judged" word={each.expect} /> },
        { id: "said", header: t("says"), cell: (each) => <Word group="judged" word={each.said} /> },
        { id: "ok", header: t("holds"), cell: (each) => <StatusIndicator type={each.ok ? "success" : "error"}>{each.ok ? t("yes") : t("no")}</StatusIndicator> },
        { id: "why", header: t("why"), cell: (each) => plain(each.why) || "–" },
      ]}
      empty={<Empty title={t("noExamples")} />}
    />
  );
}

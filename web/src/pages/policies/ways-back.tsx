import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { useBoth } from "../../parts/deciding/word";
import { Amount } from "../../parts/money";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { texts } from "./ways-back-texts";

type Fixes = Schemas["ViolationFixes"];

const SHOWN = 5;

/** Where it could go, and what that changes in a month; what it rests on is in the command's answer. */
export function WaysBack({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ["violations", "fixes", id],
    queryFn: ({ signal }) => get("/api/v1/violations/{violation_id}/fixes", { path: { violation_id: id }, signal }),
  });
  return <Shown of={found}>{(fixes) => <Known fixes={fixes} />}</Shown>;
}

function Known({ fixes }: { fixes: Fixes }) {
  const t = useTexts(texts);
  const both = useBoth();
  return (
    <SpaceBetween size="s">
      {fixes.amounts_withheld ? <Alert type="info">{both(fixes.amounts_withheld, fixes.amounts_withheld_zh ?? "")}</Alert> : null}
      <Table
        variant="embedded"
        header={<Header variant="h3" counter={`(${fixes.allowed}/${fixes.places})`} description={t("what")}>{t("title")}</Header>}
        items={fixes.moves.slice(0, SHOWN)}
        trackBy="location"
        empty={<Box color="text-body-secondary">{t("nowhere")}</Box>}
        columnDefinitions={[
          { id: "location", header: t("location"), cell: (each) => plain(each.location), isRowHeader: true },
          { id: "room", header: t("room"), cell: (each) => t(each.room === null ? "unknown" : each.room ? "yes" : "no") },
          { id: "cost", header: t("cost"), cell: (each) => <Amount of={each.cost.amount} currency={fixes.currency} atLeast={!each.cost.complete} /> },
          { id: "difference", header: t("difference"), cell: (each) => <Amount of={each.difference} currency={fixes.currency} change /> },
        ]}
      />
      {fixes.reclassify ? <Box>{both(fixes.reclassify.text, fixes.reclassify.text_zh)}</Box> : null}
      <Box>{both(fixes.exception.text, fixes.exception.text_zh)}</Box>
    </SpaceBetween>
  );
}

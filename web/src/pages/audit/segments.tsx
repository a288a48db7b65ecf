import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";

const SIZE = 50;

export default function Segments() {
  const t = useTexts(texts);
  const format = useFormat();
  const cursor = useAddress().value("cursor");
  const found = useQuery({ queryKey: ["audit-segments", cursor], queryFn: ({ signal }) => get("/api/v1/audit/segments", { query: { limit: SIZE, cursor }, signal }) });
  return (
    <Listing
      of={found}
      title={t("segmentsTitle")}
      subtitle={t("segmentsHint")}
      trackBy={(each) => String(each.number)}
      pagesOf=""
      above={<Head />}
      columns={[
        { id: "number", header: t("number"), isRowHeader: true, width: 100, cell: (each) => each.number },
        { id: "state", header: t("state"), width: 130, cell: (each) => <State of={each.state} /> },
        { id: "rows", header: t("rows"), width: 110, cell: (each) => format.number(each.rows) },
        { id: "from", header: t("from"), width: 100, cell: (each) => format.number(each.first_seq) },
        { id: "to", header: t("to"), width: 100, cell: (each) => format.number(each.last_seq) },
        { id: "begun", header: t("begun"), width: 150, cell: (each) => <Age at={each.created_at} /> },
        { id: "sealed", header: t("sealedAt"), width: 150, cell: (each) => (each.sealed_at ? <Age at={each.sealed_at} /> : "–") },
        { id: "key", header: t("key"), width: 220, cell: (each) => <Name of={each.master_key_id} /> },
      ]}
      empty={<Empty title={t("noSegments")} />}
    />
  );
}

function State({ of }: { of: Schemas["SegmentItem"]["state"] }) {
  const t = useTexts(texts);
  const said = { open: t("open"), sealed: t("sealed"), pruned: t("prunedState"), lost: t("lostState") }[of];
  const type = ({ open: "in-progress", sealed: "success", pruned: "stopped", lost: "error" } as const)[of];
  return <StatusIndicator type={type}>{said}</StatusIndicator>;
}

function Head() {
  const t = useTexts(texts);
  const found = useQuery({ queryKey: ["audit-head"], staleTime: 0, queryFn: ({ signal }) => get("/api/v1/audit/head", { signal }) });
  return (
    <Container header={<Header variant="h2" description={t("headHint")}>{t("head")}</Header>}>
      <Shown of={found}>
        {(head) =>
          head.line ? (
            <Copyable value={head.line} />
          ) : (
            t("noHead")
          )
        }
      </Shown>
    </Container>
  );
}

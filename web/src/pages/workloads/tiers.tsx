import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { texts } from "./texts";

type Tier = Record<string, unknown>;

/** Its tiers as the document says; a size that it leaves out is a dash, a count is 1. */
export function Tiers({ document }: { document: Record<string, unknown> }) {
  const t = useTexts(texts);
  const format = useFormat();
  const number = (of: Tier, name: string) => (of[name] === undefined || of[name] === null ? "–" : format.number(Number(of[name])));
  return (
    <Table
      header={<Header description={t("each")}>{t("tiers")}</Header>}
      ariaLabels={{ tableLabel: t("tiers") }}
      items={tiersIn(document)}
      columnDefinitions={[
        { id: "tier", header: t("tier"), isRowHeader: true, cell: (each) => plain(String(each["name"] ?? "")) },
        { id: "count", header: t("instances"), cell: (each) => format.number(Number(each["count"] ?? 1)) },
        { id: "vcpus", header: t("vcpus"), cell: (each) => number(each, "vcpus") },
        { id: "memory", header: t("memory"), cell: (each) => number(each, "memory_gib") },
        { id: "disk", header: t("disk"), cell: (each) => number(each, "disk_gib") },
      ]}
      empty={<Empty title={t("none")} />}
    />
  );
}

/** The fields of `spec` may as well stand at the top. */
function tiersIn(document: Record<string, unknown>): Tier[] {
  const spec = document["spec"];
  const found = document["tiers"] ?? (spec !== null && typeof spec === "object" ? (spec as Tier)["tiers"] : undefined);
  return Array.isArray(found) ? (found as Tier[]) : [];
}

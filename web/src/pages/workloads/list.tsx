import TextFilter from "@cloudscape-design/components/text-filter";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Word } from "../../parts/deciding/word";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";

const SIZE = 50;

export default function Workloads() {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const [search, cursor] = [value("search"), value("cursor")];
  const found = useQuery({
    queryKey: ["workloads", "list", search, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/workloads", { query: { limit: SIZE, cursor, search }, signal }),
  });
  const create = (
    <AllowedButton permission="workload.write" variant="primary" onClick={() => void navigate("/workloads/new")}>
      {t("create")}
    </AllowedButton>
  );
  return (
    <Listing
      of={found}
      title={t("title")}
      subtitle={t("subtitle")}
      trackBy={(each) => each.id}
      pagesOf={search}
      actions={create}
      filter={<TextFilter filteringText={search} filteringAriaLabel={t("find")} filteringPlaceholder={t("find")} onChange={({ detail }) => set({ search: detail.filteringText, cursor: "", page: "" }, true)} />}
      columns={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          width: 240,
          cell: (each) => (
            <div>
              <Inside href={`/workloads/${encodeURIComponent(each.name)}`}><Name of={each.name} /></Inside>
              {each.title && each.title !== each.name ? <div>{plain(each.title)}</div> : null}
            </div>
          ),
        },
        { id: "class", header: t("dataClass"), width: 140, cell: (each) => <Word group="dataClass" word={each.data_class} /> },
        { id: "tiers", header: t("tiers"), width: 80, cell: (each) => format.number(each.tiers) },
        { id: "instances", header: t("instances"), width: 100, cell: (each) => format.number(each.instances) },
        { id: "vcpus", header: t("vcpus"), width: 90, cell: (each) => format.number(Number(each.vcpus)) },
        { id: "memory", header: t("memory"), width: 130, cell: (each) => format.number(Number(each.memory_gib)) },
        { id: "owner", header: t("owner"), width: 130, cell: (each) => (each.owner ? <Name of={each.owner} /> : "–") },
        { id: "environment", header: t("environment"), width: 120, cell: (each) => (each.environment ? <Name of={each.environment} /> : "–") },
        { id: "version", header: t("version"), width: 90, cell: (each) => each.version },
        { id: "changed", header: t("changed"), width: 140, cell: (each) => <Age at={each.changed_at} /> },
      ]}
      empty={search ? <Empty title={t("noneWith")} /> : <Empty title={t("none")} hint={t("noneHint")} action={create} />}
    />
  );
}

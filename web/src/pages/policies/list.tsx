import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice } from "../../parts/choice";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { words } from "../../parts/deciding/words";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { texts } from "./texts";

const SIZE = 50;
type Policy = Schemas["PolicyItem"];
const MODES = Object.keys(words.mode) as Policy["mode"][];
const SEVERITIES = Object.keys(words.severity) as Policy["severity"][];

export default function Policies() {
  const t = useTexts(texts);
  const say = useWord();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const mode = MODES.find((each) => each === value("mode"));
  const severity = SEVERITIES.find((each) => each === value("severity"));
  const search = value("search");
  const cursor = value("cursor");
  const found = useQuery({
    queryKey: ["policies", "list", mode, severity, search, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get("/api/v1/policies", { query: { limit: SIZE, cursor, search, ...(mode ? { mode } : {}), ...(severity ? { severity } : {}) }, signal }),
  });
  return (
    <Listing
      of={found}
      title={t("title")}
      subtitle={t("subtitle")}
      trackBy={(each) => each.id}
      columns={useColumns()}
      pagesOf={`${mode} ${severity} ${search}`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => void navigate("/policies/library")}>{t("fromLibrary")}</Button>
          <AllowedButton permission="policy.write" variant="primary" onClick={() => void navigate("/policies/new")}>
            {t("create")}
          </AllowedButton>
        </SpaceBetween>
      }
      filter={
        <SpaceBetween direction="horizontal" size="xs">
          <TextFilter filteringText={search} filteringAriaLabel={t("find")} filteringPlaceholder={t("find")} onChange={({ detail }) => set({ search: detail.filteringText, cursor: "", page: "" }, true)} />
          <Choice label={t("mode")} value={mode ?? ""} options={[{ value: "", label: t("anyMode") }, ...MODES.map((each) => ({ value: each, label: say("mode", each) }))]} onChange={(to) => set({ mode: to, cursor: "", page: "" })} />
          <Choice label={t("severity")} value={severity ?? ""} options={[{ value: "", label: t("anySeverity") }, ...SEVERITIES.map((each) => ({ value: each, label: say("severity", each) }))]} onChange={(to) => set({ severity: to, cursor: "", page: "" })} />
        </SpaceBetween>
      }
      empty={mode || severity || search ? <Empty title={t("noneWith")} /> : <Empty title={t("none")} hint={t("noneHint")} action={<Button onClick={() => void navigate("/policies/library")}>{t("fromLibrary")}</Button>} />}
    />
  );
}

function useColumns(): TableProps.ColumnDefinition<Policy>[] {
  const t = useTexts(texts);
  const both = useBoth();
  const format = useFormat();
  return [
    {
      id: "policy",
      header: t("policy"),
      isRowHeader: true,
      width: 320,
      cell: (each) => (
        <div>
          <Inside href={`/policies/${encodeURIComponent(each.id)}`}>{both(each.title, each.title_zh) || plain(each.id)}</Inside>
          <div>
            <code className="console-code">{plain(each.id)}</code>
          </div>
        </div>
      ),
    },
    { id: "severity", header: t("severity"), width: 120, cell: (each) => <Word group="severity" word={each.severity} /> },
    { id: "mode", header: t("mode"), width: 100, cell: (each) => <Word group="mode" word={each.mode} /> },
    {
      id: "violations",
      header: t("violations"),
      width: 120,
      cell: (each) => (each.violations > 0 ? <Inside href={`/violations?policy=${encodeURIComponent(each.id)}`}>{format.number(each.violations)}</Inside> : format.number(0)),
    },
    { id: "version", header: t("version"), width: 100, cell: (each) => each.version },
    { id: "hash", header: t("hash"), width: 140, cell: (each) => <code className="console-code" title={each.hash}>{each.hash.slice(0, 12)}</code> },
    { id: "owner", header: t("owner"), width: 170, cell: (each) => (each.owner ? <Name of={each.owner} /> : "–") },
    { id: "framework", header: t("framework"), width: 180, cell: (each) => plain(each.framework.join(" · ")) || "–" },
    { id: "author", header: t("author"), width: 120, cell: (each) => <Name of={each.author} /> },
    { id: "changed", header: t("changed"), width: 140, cell: (each) => <Age at={each.changed_at} /> },
  ];
}

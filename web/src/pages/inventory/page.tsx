import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { BulkMenu } from "../../parts/acting/bulk-menu";
import { FreshnessLine, Gaps } from "../../parts/freshness";
import { useFollow } from "../../parts/links";
import { ProblemAlert } from "../../parts/problem-alert";
import { useStored } from "../../parts/stored";
import { OwnFieldsOfMany } from "../resource/own-fields-of-many";
import { AsOfButton, AsOfNotice } from "./as-of";
import { useCount } from "./count";
import { Facets } from "./facets";
import { ExportButton } from "./export";
import { columnsOf, listQuery, SHOWN, SIZE } from "./list";
import { Rows } from "./rows";
import type { State } from "./state";
import { texts } from "./texts";
import { useInventoryState } from "./use-state";
import { ViewsMenu } from "./views-menu";

// Fetched by whoever opens one.
const ResourcePanel = lazy(() => import("../resource/panel").then(({ ResourcePanel: panel }) => ({ default: panel })));

export default function Inventory() {
  const t = useTexts(texts);
  const [state, change] = useInventoryState();
  const [size, setSize] = useStored(...SIZE);
  const [kept, keep] = useStored(...SHOWN);
  const [facets, setFacets] = useStored("inventory.facets", (stored) => (typeof stored === "boolean" ? stored : innerWidth > 1200));
  const chosen = useMemo(() => columnsOf(state, kept), [state, kept]);

  const follow = useFollow();
  const rows = useQuery({ ...listQuery(state, size, chosen), placeholderData: keepPreviousData });
  const listed = !rows.isPending;
  // What is not on the page any more cannot be meant.
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const items = rows.data?.items;
  const selected = useMemo(() => (items ?? []).filter(({ id }) => marked.has(id)), [items, marked]);
  const unknownThen = rows.data?.freshness.known_since ?? "";
  const narrow = useCallback((filter: string) => change({ filter }), [change]);

  const table = (
    <Rows
      rows={rows.data}
      pending={rows.isPending}
      failed={rows.isError}
      state={state}
      chosen={chosen}
      selected={selected}
      size={size}
      onSelect={setMarked}
      onSize={setSize}
      onKeep={keep}
      onChange={change}
    />
  );

  return (
    <SpaceBetween size="m">
      <Counted
        state={state}
        listed={listed}
        description={rows.data ? <FreshnessLine of={rows.data.freshness} brief /> : t("subtitle")}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {selected.length > 0 ? <span className="console-beside-button">{t("selected", { n: selected.length })}</span> : null}
            <BulkMenu selected={selected} past={state.asOf !== ""} onDone={() => setMarked(new Set())} />
            <OwnFieldsOfMany selected={selected} past={state.asOf !== ""} />
            <Button onClick={() => setFacets(!facets)} ariaExpanded={facets}>
              {facets ? t("hideFacets") : t("showFacets")}
            </Button>
            <ViewsMenu state={state} shown={chosen} listed={listed} onChange={change} />
            <AsOfButton at={state.asOf} onChange={(asOf) => change({ asOf })} />
            <ExportButton state={state} shown={chosen} />
            <Button iconName="refresh" ariaLabel={t("refresh")} loading={rows.isFetching} onClick={() => void rows.refetch()} />
            <AllowedButton permission="operation.run" unless={state.asOf ? t("pastOnly") : ""} variant="primary" href="/create/instance" onFollow={follow}>
              {t("create")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        {t("title")}
      </Counted>
      <AsOfNotice at={state.asOf} onChange={(asOf) => change({ asOf }, asOf !== "")} />
      {rows.data && !unknownThen ? <Gaps of={rows.data.freshness} /> : null}
      {rows.isError ? <ProblemAlert error={rows.error} onRetry={() => void rows.refetch()} /> : null}
      {facets ? (
        <div className="console-beside">
          <Facets state={state} listed={listed} onNarrow={narrow} />
          {table}
        </div>
      ) : (
        table
      )}
      <Suspense>{state.id ? <ResourcePanel id={state.id} past={state.asOf !== ""} onClose={() => change({ id: "" })} /> : null}</Suspense>
    </SpaceBetween>
  );
}

interface CountedProps {
  state: State;
  listed: boolean;
  description: ReactNode;
  actions: ReactNode;
  children: string;
}

/** The heading with how many there are; they are counted after the rows are shown, and the rows are not drawn again then. */
function Counted({ state, listed, ...rest }: CountedProps) {
  const t = useTexts(texts);
  const { count } = useCount(state, listed);
  return <Header variant="h1" counter={count ? t("count", { n: count }) : undefined} {...rest} />;
}

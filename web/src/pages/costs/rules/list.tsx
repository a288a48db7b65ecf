import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { get, remove } from "../../../api/client";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { CommandLine } from "../../../parts/command-line";
import { Age } from "../../../parts/freshness";
import { Inside } from "../../../parts/links";
import { Listing } from "../../../parts/listing";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Removing } from "../../../parts/removing";
import { RowActions } from "../../../parts/row-actions";
import { Empty } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { matchOf, type Rule } from "./rule";
import { useSharing } from "./sharing";
import { texts } from "./texts";

export default function AllocationRules() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { how, among, months } = useSharing();
  const [removing, setRemoving] = useState<Rule | null>(null);
  const cursor = useAddress().value("cursor");
  const found = useQuery({
    queryKey: ["costs", "rules", cursor],
    queryFn: ({ signal }) => get("/api/v1/allocation-rules", { query: cursor ? { cursor } : {}, signal }),
  });
  const there = (each: Rule) => `/allocation-rules/${encodeURIComponent(each.name)}`;
  return (
    <SpaceBetween size="m">
      <Listing
        of={found}
        wrap
        title={t("title")}
        subtitle={t("subtitle")}
        pagesOf="rules"
        trackBy={(each) => each.name}
        actions={
          <AllowedButton permission="cost.write" variant="primary" onClick={() => void navigate("/allocation-rules/new")}>
            {t("create")}
          </AllowedButton>
        }
        columns={[
          { id: "name", header: t("name"), isRowHeader: true, width: 140, cell: (each) => <Inside href={there(each)}><Name of={each.name} /></Inside> },
          { id: "position", header: t("position"), width: 95, cell: (each) => each.position },
          { id: "match", header: t("match"), width: 210, cell: (each) => <code className="console-code">{plain(matchOf(each.document))}</code> },
          { id: "method", header: t("method"), width: 150, cell: (each) => <span className="console-words">{how(each.document.share)}</span> },
          { id: "to", header: t("to"), width: 200, cell: (each) => <span className="console-words">{among(each.document.share)}</span> },
          {
            id: "state",
            header: t("state"),
            width: 160,
            cell: (each) => (each.missing.length > 0 ? <StatusIndicator type="warning" wrapText>{t("missing", { what: plain(each.missing.join(", ")) })}</StatusIndicator> : <StatusIndicator type="success">{t("works")}</StatusIndicator>),
          },
          {
            id: "actions",
            header: t("actions"),
            width: 130,
            cell: (each) => (
              <RowActions
                permission="cost.write"
                name={plain(each.name)}
                does={[
                  { text: t("edit"), run: () => void navigate(there(each)) },
                  { text: t("remove"), run: () => setRemoving(each) },
                ]}
              />
            ),
          },
          { id: "holds", header: t("holds"), width: 180, cell: (each) => months(each.document) },
          { id: "description", header: t("description"), width: 240, cell: (each) => <Name of={each.document.description || "–"} /> },
          { id: "changed", header: t("changed"), width: 140, cell: (each) => <Age at={each.changed_at} /> },
        ]}
        empty={<Empty title={t("none")} hint={t("noneHint")} />}
      />
      <CommandLine words={["mcm", "allocation", "list"]} />
      {removing ? <RemoveRule of={removing} onClose={() => setRemoving(null)} /> : null}
    </SpaceBetween>
  );
}

function RemoveRule({ of, onClose }: { of: Rule; onClose(): void }) {
  const t = useTexts(texts);
  const name = plain(of.name);
  return (
    <Removing
      id={`allocation rule ${of.name}`}
      title={t("removeTitle", { name })}
      submit={t("remove")}
      what={<Alert type="warning">{t("removeWhat")}</Alert>}
      said={t("removed", { name })}
      run={() => remove("/api/v1/allocation-rules/{name}", { path: { name: of.name }, ifMatch: of.version })}
      touches={["costs"]}
      command={["allocation", "delete", of.name, "--yes"]}
      onClose={onClose}
    />
  );
}

import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { get, post, remove } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useMoney } from "../../../i18n/money";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { Typed } from "../../../parts/choice";
import { CommandLine } from "../../../parts/command-line";
import { FormDialog } from "../../../parts/form-dialog";
import { thisMonth } from "../../../parts/money";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Shown } from "../../../parts/states";
import { useAddress } from "../../../parts/use-address";
import { useChange } from "../../../parts/use-change";
import { Calculated } from "./calculation";
import { Editor } from "./editor";
import { texts } from "./texts";

/** A pool, what its rates would be now, and how it is published. */
export default function CostPoolPage() {
  const { pool: name = "" } = useParams();
  const found = useQuery({
    queryKey: ["prices", "pool", name],
    queryFn: ({ signal }) => get("/api/v1/cost-pools/{name}", { path: { name }, signal }),
  });
  return <Shown whole of={found}>{(pool) => <Known key={pool.version} of={pool} />}</Shown>;
}

function Known({ of }: { of: Schemas["CostPoolDetail"] }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const month = useAddress().value("month") || thisMonth();
  const [asking, setAsking] = useState<"publish" | "remove" | null>(null);
  const calculation = useQuery({
    queryKey: ["prices", "calculation", of.name, of.version, month],
    retry: false,
    queryFn: ({ signal }) => get("/api/v1/cost-pools/{name}/calculation", { path: { name: of.name }, query: { month }, signal }),
  });
  const removing = useChange({
    id: `pool ${of.name}`,
    run: () => remove("/api/v1/cost-pools/{name}", { path: { name: of.name } }),
    said: () => t("removed"),
    touches: [],
    onDone: () => void navigate("/rate-cards"),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={of.accounts.map(plain).join(", ")}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="price.write" onClick={() => setAsking("remove")}>
              {t("remove")}
            </AllowedButton>
            <AllowedButton permission="price.write" variant="primary" onClick={() => setAsking("publish")}>
              {t("publish")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <Name of={of.name} />
      </Header>
      <Shown of={calculation}>{(calculated) => <Calculated of={calculated} />}</Shown>
      <ExpandableSection variant="container" headerText={t("document")} headerDescription={t("calculator")}>
        <Editor name={of.name} start={of.document} version={of.version} month={month} onSaved={() => undefined} />
      </ExpandableSection>
      <CommandLine words={["mcm", "rate-card", "show", of.name]} />
      {asking === "publish" ? <Publish pool={of.name} month={month} onClose={() => setAsking(null)} /> : null}
      {asking === "remove" ? (
        <FormDialog
          title={t("removeTitle", { name: plain(of.name) })}
          submit={t("remove")}
          confirm={plain(of.name)}
          busy={removing.isPending}
          error={removing.error}
          onSubmit={() => removing.mutate()}
          onClose={() => setAsking(null)}
          command={["rate-card", "delete", of.name]}
        >
          {t("removeWhat")}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}

function Publish({ pool, month: start, onClose }: { pool: string; month: string; onClose(): void }) {
  const t = useTexts(texts);
  const money = useMoney();
  const [month, setMonth] = useState(start);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState<number | null>(null);
  const body = { pool, month, ...(reason.trim() ? { reason: reason.trim() } : {}) };
  const publishing = useChange({
    id: `card ${pool}`,
    run: () => post("/api/v1/rate-cards", { query: { dry_run: tried === null }, body }),
    said: (answer) => ("calculation" in answer ? "" : t("publishedNow", { month: money.month(month) })),
    touches: ["prices", "costs"],
    onDone: (answer) => {
      if ("calculation" in answer) setTried(answer.version);
      else onClose();
    },
    quiet: true,
  });
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setTried(null);
  };
  return (
    <FormDialog
      title={t("publishTitle", { month: money.month(month) })}
      submit={tried === null ? t("tryIt") : t("publish")}
      busy={publishing.isPending}
      error={publishing.error}
      onSubmit={() => publishing.mutate()}
      onClose={onClose}
      command={["rate-card", "publish", pool, "--month", month, ...(reason.trim() ? ["--reason", reason.trim()] : [])]}
    >
      {t("publishWhat")}
      <Typed label={t("month")} example="2026-11" value={month} onChange={change(setMonth)} />
      <Typed label={t("reason")} value={reason} onChange={change(setReason)} />
      {tried === null ? null : <Alert type="info">{t("wouldBe", { n: tried, month: money.month(month) })}</Alert>}
    </FormDialog>
  );
}

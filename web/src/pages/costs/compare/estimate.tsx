import { useState } from "react";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { addressOf, get, remove } from "../../../api/client";
import type { Schemas } from "../../../api/types";
import { useFormat } from "../../../i18n/format";
import { useTexts } from "../../../i18n/use-texts";
import { AllowedButton } from "../../../parts/allowed-button";
import { FormDialog } from "../../../parts/form-dialog";
import { Name } from "../../../parts/name";
import { plain } from "../../../parts/plain";
import { Shown } from "../../../parts/states";
import { useChange } from "../../../parts/use-change";
import { usePreferences } from "../../../preferences/preferences";
import { againOf } from "./asking";
import { Compared } from "./compared";
import { texts } from "./texts";

const FORMATS = ["csv", "xlsx", "html"] as const;

/** A comparison as it was on its day. */
export default function EstimatePage() {
  const { estimate: id = "" } = useParams();
  const found = useQuery({
    queryKey: ["prices", "estimate", id],
    staleTime: Infinity,
    queryFn: ({ signal }) => get("/api/v1/estimates/{estimate_id}", { path: { estimate_id: id }, signal }),
  });
  return <Shown whole of={found}>{(estimate) => <Known of={estimate} />}</Shown>;
}

function Known({ of }: { of: Schemas["EstimateDetail"] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const { language } = usePreferences();
  const [asking, setAsking] = useState(false);
  const again = againOf(of.asked);
  const removing = useChange({
    id: `estimate ${of.id}`,
    run: () => remove("/api/v1/estimates/{estimate_id}", { path: { estimate_id: of.id } }),
    said: () => t("removed"),
    touches: [],
    onDone: () => void navigate("/estimates"),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={`${t("made")}: ${format.instant(of.created_at)} · ${t("madeBy")}: ${plain(of.made_by)}`}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {FORMATS.map((each) => (
              <AllowedButton key={each} permission="cost.read" iconName="download" download href={addressOf("/api/v1/estimates/{estimate_id}/export", { estimate_id: of.id }, { format: each, lang: language })}>
                {t("export", { format: each.toUpperCase() })}
              </AllowedButton>
            ))}
            {again ? <Button onClick={() => void navigate(again)}>{t("again")}</Button> : null}
            <AllowedButton permission="workload.write" onClick={() => setAsking(true)}>
              {t("remove")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <Name of={of.title || of.id} />
      </Header>
      <Compared of={of.comparison} />
      {asking ? (
        <FormDialog title={t("removeTitle", { name: plain(of.title || of.id) })} submit={t("remove")} busy={removing.isPending} error={removing.error} onSubmit={() => removing.mutate()} onClose={() => setAsking(false)}>
          {t("removeWhat")}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}

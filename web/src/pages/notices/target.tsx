import { useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { get, patch, post, remove } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFlashes } from "../../app/flashes";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { Age } from "../../parts/freshness";
import { FormDialog } from "../../parts/form-dialog";
import { Listing } from "../../parts/listing";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { Standing, type Target } from "./list";
import { texts } from "./texts";

const SIZE = 50;

export default function TargetPage() {
  const { target: name = "" } = useParams();
  const found = useQuery({ queryKey: ["notices", "one", name], queryFn: ({ signal }) => get("/api/v1/notice-targets/{name}", { path: { name }, signal }) });
  return <Shown whole of={found}>{(target) => <Known target={target} />}</Shown>;
}

function Known({ target }: { target: Target }) {
  const t = useTexts(texts);
  const flashes = useFlashes();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const path = { name: target.name };
  const name = plain(target.name);
  const test = useChange({
    id: "notice",
    run: () => post("/api/v1/notice-targets/{name}/test", { path }),
    touches: ["notices"],
    onDone: (said) => flashes.show({ id: "notice", type: said.ok ? "success" : "error", content: said.ok ? t("tested") : `${t("notArrived")}: ${plain(said.problem ?? "")}` }),
  });
  const turn = useChange({
    id: "notice",
    run: () => patch("/api/v1/notice-targets/{name}", { path, body: { enabled: !target.enabled }, ifMatch: target.version }),
    said: () => t("turned", { name }),
    touches: ["notices"],
  });
  const forget = useChange({
    id: "notice",
    run: () => remove("/api/v1/notice-targets/{name}", { path }),
    said: () => t("removed", { name }),
    touches: [],
    onDone: () => void navigate("/notices"),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="notice.write" loading={turn.isPending} onClick={() => turn.mutate()}>
              {target.enabled ? t("turnOff") : t("turnOn")}
            </AllowedButton>
            <AllowedButton permission="notice.write" onClick={() => setRemoving(true)}>
              {t("remove")}
            </AllowedButton>
            <AllowedButton permission="notice.write" variant="primary" loading={test.isPending} onClick={() => test.mutate()}>
              {t("test")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <Name of={target.name} />
      </Header>
      {target.disabled_reason ? (
        <Alert type="error" header={t("whyOff")}>
          {plain(target.disabled_reason)}
        </Alert>
      ) : null}
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("state"), value: <Standing of={target} /> },
            { label: t("type"), value: target.type === "mail" ? t("mail") : t("webhook") },
            { label: t("where"), value: <Name of={target.url ?? target.address ?? "–"} /> },
            { label: t("kinds"), value: target.kinds.join(", ") },
            { label: t("signed"), value: target.secret_set ? t("yes") : t("no") },
          ]}
        />
      </Container>
      <Deliveries of={target.name} />
      <CommandLine words={["mcm", "notice", "deliveries", target.name]} />
      {removing ? (
        <FormDialog title={t("removeTitle", { name })} submit={t("remove")} busy={forget.isPending} error={forget.error} onSubmit={() => forget.mutate()} onClose={() => setRemoving(false)} command={["notice", "remove", target.name]}>
          {t("removeWhat", { n: target.waiting })}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}

function Deliveries({ of: name }: { of: string }) {
  const t = useTexts(texts);
  const cursor = useAddress().value("cursor");
  const found = useQuery({
    queryKey: ["notices", "deliveries", name, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/api/v1/notice-targets/{name}/deliveries", { path: { name }, query: { limit: SIZE, cursor }, signal }),
  });
  const resend = useChange<Schemas["NoticeDeliveryItem"]>({
    id: "notice",
    run: (each) => post("/api/v1/notice-targets/{name}/deliveries/{delivery_id}/resend", { path: { name, delivery_id: each.id } }),
    said: () => t("resent"),
    touches: ["notices"],
  });
  return (
    <Listing
      of={found}
      variant="h2"
      title={t("deliveries")}
      trackBy={(each) => each.id}
      pagesOf={name}
      columns={[
        { id: "kind", header: t("kind"), isRowHeader: true, width: 190, cell: (each) => each.kind },
        { id: "status", header: t("state"), width: 140, cell: (each) => <Status group="delivery" word={each.status} /> },
        { id: "created", header: t("created"), width: 140, cell: (each) => <Age at={each.created_at} /> },
        { id: "attempts", header: t("attempts"), width: 90, cell: (each) => each.attempts },
        { id: "tried", header: t("tried"), width: 140, cell: (each) => (each.tried_at ? <Age at={each.tried_at} /> : "–") },
        { id: "answer", header: t("answer"), width: 100, cell: (each) => each.answer ?? "–" },
        { id: "problem", header: t("problem"), width: 240, cell: (each) => (each.problem ? plain(each.problem) : "–") },
        { id: "next", header: t("next"), width: 140, cell: (each) => (each.next_at ? <Age at={each.next_at} /> : "–") },
        {
          id: "body",
          header: t("body"),
          width: 240,
          cell: (each) => (
            <ExpandableSection headerText={t("body")} headerAriaLabel={`${t("body")}: ${each.kind}`}>
              <code className="console-code">{plain(JSON.stringify(each.body))}</code>
            </ExpandableSection>
          ),
        },
        {
          id: "actions",
          header: t("actions"),
          width: 140,
          cell: (each) => (
            <AllowedButton permission="notice.write" variant="inline-link" unless={each.status === "waiting" ? t("stillWaits") : ""} ariaLabel={`${t("resend")}: ${each.id}`} onClick={() => resend.mutate(each)}>
              {t("resend")}
            </AllowedButton>
          ),
        },
      ]}
      empty={<Empty title={t("noDeliveries")} />}
    />
  );
}

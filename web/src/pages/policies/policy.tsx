import { useState } from "react";
import Badge from "@cloudscape-design/components/badge";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useNavigate, useParams } from "react-router";

import { remove } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { CommandLine } from "../../parts/command-line";
import { Copyable } from "../../parts/copyable";
import { useBoth, useWord, Word } from "../../parts/deciding/word";
import { FormDialog } from "../../parts/form-dialog";
import { Age } from "../../parts/freshness";
import { Inside } from "../../parts/links";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { Examples } from "./examples";
import { texts } from "./texts";
import { type PolicyDetail, usePolicy } from "./use-policy";
import { Versions } from "./versions";

export default function PolicyPage() {
  const { policy: id = "" } = useParams();
  return <Shown whole of={usePolicy(id)}>{(found) => <Known policy={found} />}</Shown>;
}

function Known({ policy }: { policy: PolicyDetail }) {
  const t = useTexts(texts);
  const both = useBoth();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const [removing, setRemoving] = useState(false);
  const name = plain(policy.id);
  const change = useChange({
    id: `policy ${policy.id}`,
    run: () => remove("/api/v1/policies/{policy_id}", { path: { policy_id: policy.id }, ifMatch: policy.version }),
    said: () => t("removed", { name }),
    touches: ["violations"],
    onDone: () => void navigate("/policies"),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={<code className="console-code">{name}</code>}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="policy.write" onClick={() => setRemoving(true)}>
              {t("remove")}
            </AllowedButton>
            <AllowedButton permission="policy.write" variant="primary" onClick={() => void navigate(`/policies/${encodeURIComponent(policy.id)}/edit`)}>
              {t("edit")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        {both(policy.title, policy.title_zh) || name}
      </Header>
      <About policy={policy} />
      <Tabs
        ariaLabel={t("about")}
        activeTabId={value("tab") || "document"}
        onChange={({ detail }) => set({ tab: detail.activeTabId === "document" ? "" : detail.activeTabId }, true)}
        tabs={[
          {
            id: "document",
            label: t("document"),
            content: (
              <SpaceBetween size="m">
                <Container header={<Header variant="h3">{t("document")}</Header>}>
                  <pre className="console-code">{policy.document}</pre>
                </Container>
                <Container header={<Header variant="h3">{t("cel")}</Header>}>
                  <pre className="console-code">{plain(policy.cel)}</pre>
                </Container>
              </SpaceBetween>
            ),
          },
          { id: "examples", label: t("examples"), content: <Examples items={policy.examples} /> },
          { id: "versions", label: t("versions"), content: <Versions policy={policy} /> },
        ]}
      />
      <CommandLine words={["mcm", "policy", "show", policy.id]} />
      {removing ? (
        <FormDialog title={t("removeTitle", { name })} submit={t("remove")} busy={change.isPending} error={change.error} onSubmit={() => change.mutate()} onClose={() => setRemoving(false)} confirm={name} command={["policy", "delete", policy.id]}>
          {t("removeWhat")}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}

function About({ policy }: { policy: PolicyDetail }) {
  const t = useTexts(texts);
  const say = useWord();
  const format = useFormat();
  return (
    <Container header={<Header variant="h2">{t("about")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("severity"), value: <Word group="severity" word={policy.severity} /> },
          { label: t("mode"), value: <Word group="mode" word={policy.mode} /> },
          { label: t("kind"), value: policy.soft ? t("soft") : t("hard") },
          { label: t("applies"), value: policy.applies.map((each) => say("applies", each)).join(" · ") },
          { label: t("violations"), value: <Inside href={`/violations?policy=${encodeURIComponent(policy.id)}`}>{format.number(policy.violations)}</Inside> },
          { label: t("owner"), value: policy.owner ? <Name of={policy.owner} /> : "–" },
          { label: t("tenant"), value: policy.tenant ? <Name of={policy.tenant} /> : t("everybody") },
          { label: t("framework"), value: policy.framework.length ? <SpaceBetween direction="horizontal" size="xxs">{policy.framework.map((each) => <Badge key={each}>{plain(each)}</Badge>)}</SpaceBetween> : "–" },
          { label: t("version"), value: policy.version },
          { label: t("author"), value: <Name of={policy.author} /> },
          { label: t("changed"), value: <Age at={policy.changed_at} /> },
          { label: t("hash"), value: <Copyable value={policy.hash} /> },
        ]}
      />
    </Container>
  );
}

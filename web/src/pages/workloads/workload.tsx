import { useState } from "react";
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
import { Word } from "../../parts/deciding/word";
import { FormDialog } from "../../parts/form-dialog";
import { Age } from "../../parts/freshness";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { Gate, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { texts } from "./texts";
import { Tiers } from "./tiers";
import { useWorkload, type WorkloadDetail } from "./use-workload";
import { WorkloadVersions } from "./versions";
import { Where } from "./where";

export default function WorkloadPage() {
  const { workload: name = "" } = useParams();
  return <Shown whole of={useWorkload(name)}>{(found) => <Known workload={found} />}</Shown>;
}

function Known({ workload }: { workload: WorkloadDetail }) {
  const t = useTexts(texts);
  const format = useFormat();
  const navigate = useNavigate();
  const { set, value } = useAddress();
  const [removing, setRemoving] = useState(false);
  const name = plain(workload.name);
  const there = encodeURIComponent(workload.name);
  const change = useChange({
    id: `workload ${workload.name}`,
    run: () => remove("/api/v1/workloads/{name}", { path: { name: workload.name }, ifMatch: workload.version }),
    said: () => t("removed", { name }),
    touches: [],
    onDone: () => void navigate("/workloads"),
    quiet: true,
  });
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={workload.title === workload.name ? undefined : plain(workload.title)}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <AllowedButton permission="workload.write" onClick={() => setRemoving(true)}>
              {t("remove")}
            </AllowedButton>
            <AllowedButton permission="workload.write" onClick={() => void navigate(`/workloads/${there}/edit`)}>
              {t("edit")}
            </AllowedButton>
            <AllowedButton permission="placement.run" variant="primary" onClick={() => void navigate(`/place?workload=${there}&look=1`)}>
              {t("place")}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <Name of={workload.name} />
      </Header>
      <Container header={<Header variant="h2">{t("about")}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("dataClass"), value: <Word group="dataClass" word={workload.data_class} /> },
            { label: t("instances"), value: format.number(workload.instances) },
            { label: t("vcpus"), value: format.number(Number(workload.vcpus)) },
            { label: t("memory"), value: format.number(Number(workload.memory_gib)) },
            { label: t("owner"), value: workload.owner ? <Name of={workload.owner} /> : "–" },
            { label: t("application"), value: workload.application ? <Name of={workload.application} /> : "–" },
            { label: t("environment"), value: workload.environment ? <Name of={workload.environment} /> : "–" },
            { label: t("version"), value: workload.version },
            { label: t("changed"), value: <Age at={workload.changed_at} /> },
            { label: t("hash"), value: <Copyable value={workload.hash} /> },
          ]}
        />
      </Container>
      <Tiers document={workload.document} />
      <Tabs
        ariaLabel={t("about")}
        activeTabId={value("tab") || "where"}
        onChange={({ detail }) => set({ tab: detail.activeTabId === "where" ? "" : detail.activeTabId }, true)}
        tabs={[
          {
            id: "where",
            label: t("where"),
            content: (
              <Gate permission="placement.read">
                <Where name={workload.name} />
              </Gate>
            ),
          },
          {
            id: "document",
            label: t("document"),
            content: (
              <Container>
                <pre className="console-code">{workload.text}</pre>
              </Container>
            ),
          },
          { id: "versions", label: t("versions"), content: <WorkloadVersions workload={workload} /> },
        ]}
      />
      <CommandLine words={["mcm", "workload", "show", workload.name]} />
      {removing ? (
        <FormDialog title={t("removeTitle", { name })} submit={t("remove")} busy={change.isPending} error={change.error} onSubmit={() => change.mutate()} onClose={() => setRemoving(false)} confirm={name} command={["workload", "delete", workload.name]}>
          {t("removeWhat")}
        </FormDialog>
      ) : null}
    </SpaceBetween>
  );
}

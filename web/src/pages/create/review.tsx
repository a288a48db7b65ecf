import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { UseQueryResult } from "@tanstack/react-query";

import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Previewing, PreviewSentence, Warnings } from "../../parts/acting/preview";
import type { Preview } from "../../parts/acting/targets";
import { makingWords } from "../../parts/acting/words";
import { CommandLine } from "../../parts/command-line";
import { Name } from "../../parts/name";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Price } from "./price";
import type { Form } from "./state";
import { texts } from "./texts";
import { ACTION, type Choices, listOf } from "./use-choices";

interface Props {
  form: Form;
  choices: Choices | undefined;
  params: Readonly<Record<string, unknown>>;
  preview: UseQueryResult<Preview>;
  failed: unknown;
}

/** What would be asked for, what is worth knowing before, and what is left of the quota. */
export function Review({ form, choices, params, preview, failed }: Props) {
  const t = useTexts(texts);
  const region = form.region || (choices?.region ?? "");
  const told = preview.data ? [{ target: { id: "" }, answer: preview.data }] : [];
  return (
    <SpaceBetween size="m">
      {failed ? <ProblemAlert error={failed} /> : null}
      <Container>
        <SpaceBetween size="s">
          {preview.isFetching ? <Previewing /> : preview.isError ? <ProblemAlert error={preview.error} onRetry={() => void preview.refetch()} /> : null}
          {preview.data && !preview.isError ? <PreviewSentence making of={preview.data} /> : null}
          <Warnings told={told} />
        </SpaceBetween>
      </Container>
      <Price form={form} choices={choices} open />
      <Chosen form={form} choices={choices} params={params} region={region} />
      {choices && choices.quota.length > 0 ? (
        <Container header={<Header variant="h2">{t("quota")}</Header>}>
          <KeyValuePairs columns={3} items={choices.quota.map((room) => ({ label: <QuotaName of={room} />, value: <QuotaLeft of={room} /> }))} />
        </Container>
      ) : null}
      <CommandLine words={["mcm", ...makingWords(ACTION, form.account, region, params)]} />
    </SpaceBetween>
  );
}

function Chosen({ form, choices, params, region }: Omit<Props, "preview" | "failed"> & { region: string }) {
  const t = useTexts(texts);
  const term = useTerm();
  const named = (param: string, id: string) => (choices && listOf(choices, param)?.items.find((each) => each.native_id === id)?.name) || id;
  const place = choices?.regions.find((each) => each.native_id === region)?.name || region;
  const shown = Object.entries(params).map(([param, value]) => {
    const values = Array.isArray(value) ? value : typeof value === "object" && value !== null ? Object.entries(value).map(([key, each]) => `${key}=${String(each)}`) : [value];
    const said = param === "user_data" ? "•••" : values.map((each) => named(param, String(each))).join(", ");
    return { label: term("param", param), value: <Name of={said} /> };
  });
  return (
    <Container header={<Header variant="h2">{t("summary")}</Header>}>
      <KeyValuePairs columns={3} items={[{ label: t("account"), value: <Name of={form.account} /> }, { label: t("region"), value: <Name of={place} /> }, ...shown]} />
    </Container>
  );
}

function QuotaName({ of }: { of: Schemas["ChoicesAnswer"]["quota"][number] }) {
  const t = useTexts(texts);
  const term = useTerm();
  // A resource of a quota is a kind, or an amount that the kinds have.
  const attribute = of.resource.replace(/_(mib|gib)$/, "");
  const resource = of.resource.endsWith("s") && of.resource !== "vcpus" ? term("kind", of.resource.slice(0, -1)) : term("attribute", attribute);
  return <>{t("quotaOf", { resource, whose: of.basis === "cloud" ? [t("cloudQuota"), plain(of.whose ?? "")].filter(Boolean).join(" · ") : plain(of.whose ?? "mcm") })}</>;
}

function QuotaLeft({ of }: { of: Schemas["ChoicesAnswer"]["quota"][number] }) {
  const t = useTexts(texts);
  const format = useFormat();
  if (of.left === null || of.limit === null) return <>{t("quotaUnknown")}</>;
  const written = of.resource.endsWith("_mib") ? format.memory : format.number;
  return <>{t("quotaLeft", { left: written(of.left), limit: written(of.limit) })}</>;
}

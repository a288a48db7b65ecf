import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tiles from "@cloudscape-design/components/tiles";
import { useQuery } from "@tanstack/react-query";

import { post } from "../../api/client";
import type { Schemas } from "../../api/types";
import { terms } from "../../i18n/terms";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { CommandLine } from "../../parts/command-line";
import { ProblemAlert } from "../../parts/problem-alert";
import { Optional } from "../../parts/optional";
import { usePreferences } from "../../preferences/preferences";
import { addTexts } from "./add-texts";
import { CheckResult } from "./check-result";
import { addingWords, type Answers, type Named, type Question, type Wrong } from "./connection";
import { ConnectionFields } from "./connection-fields";

type Provider = Schemas["ProviderItem"];

export function ProviderStep({ providers, chosen, onChoose }: { providers: readonly Provider[]; chosen: string; onChoose(name: string): void }) {
  const t = useTexts(addTexts);
  const { language } = usePreferences();
  return (
    <Container>
      <Tiles
        ariaLabel={t("stepProvider")}
        value={chosen || null}
        columns={2}
        onChange={({ detail }) => onChoose(detail.value)}
        items={providers.map((each) => ({
          value: each.name,
          label: each.title[language === "zh-CN" ? "zh" : "en"] ?? each.name,
          disabled: !each.installed,
          description: each.installed ? each.name : t("notInstalled", { how: each.missing }),
        }))}
      />
    </Container>
  );
}

interface ConnectionProps {
  provider: Provider;
  answers: Answers;
  wrong: Readonly<Record<string, Wrong>>;
  onAnswer(key: string, answer: string | boolean): void;
}

/** What is needed first, then the credentials; what few need is folded away. */
export function ConnectionStep({ provider, answers, wrong, onAnswer }: ConnectionProps) {
  const t = useTexts(addTexts);
  const of = (questions: readonly Question[]) => <ConnectionFields questions={questions} answers={answers} wrong={wrong} onAnswer={onAnswer} />;
  const needed = provider.connection.filter(({ required, secret }) => required && !secret);
  const secrets = provider.connection.filter(({ secret }) => secret);
  const further = provider.connection.filter(({ required, secret }) => !required && !secret);
  return (
    <SpaceBetween size="m">
      {needed.length > 0 ? <Container header={<Header variant="h2">{t("needs")}</Header>}>{of(needed)}</Container> : null}
      {secrets.length > 0 ? <Container header={<Header variant="h2">{t("secrets")}</Header>}>{of(secrets)}</Container> : null}
      {further.length > 0 ? (
        <ExpandableSection variant="container" defaultExpanded headerText={t("further", { n: further.length })}>
          {of(further)}
        </ExpandableSection>
      ) : null}
      {provider.reads_file ? (
        <Container>
          <SpaceBetween size="xs">
            <div>{t("fromFile")}</div>
            <CommandLine words={["mcm", "account", "add", "NAME", "--provider", provider.name, "--ownership", "private", "--from-file", "FILE"]} />
          </SpaceBetween>
        </Container>
      ) : null}
    </SpaceBetween>
  );
}

export function NameStep({ named, onChange }: { named: Named; onChange(part: Partial<Named>): void }) {
  const t = useTexts(addTexts);
  const term = useTerm();
  const ownerships = Object.keys(terms.ownership).map((value) => ({ value, label: term("ownership", value) }));
  const text = (key: "labels" | "site" | "city" | "jurisdiction", hint = "") => (
    <FormField label={<Optional>{t(key)}</Optional>} description={hint}>
      <Input value={named[key]} onChange={({ detail }) => onChange({ [key]: detail.value })} />
    </FormField>
  );
  return (
    <Container>
      <SpaceBetween size="m">
        <FormField label={t("name")} description={t("nameHint")}>
          <Input value={named.name} autoComplete={false} onChange={({ detail }) => onChange({ name: detail.value })} />
        </FormField>
        <FormField label={t("ownership")} description={t("ownershipHint")}>
          <Select
            options={ownerships}
            selectedOption={ownerships.find(({ value }) => value === named.ownership) ?? null}
            onChange={({ detail }) => onChange({ ownership: detail.selectedOption.value ?? "private" })}
          />
        </FormField>
        {text("labels", t("labelsHint"))}
        {text("site")}
        {text("city")}
        {text("jurisdiction")}
      </SpaceBetween>
    </Container>
  );
}

/** Signs in without storing anything; again whenever somebody asks. */
export function TestStep({ body, named, failed }: { body: Schemas["AccountCreate"]; named: Named; failed: unknown }) {
  const t = useTexts(addTexts);
  const found = useQuery({
    // Without the secrets: keys of queries are kept, and shown by tools.
    queryKey: ["account test", body.provider, body.name, body.config],
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: async () => (await post("/api/v1/accounts", { query: { dry_run: true }, body })) as unknown as Schemas["CheckAnswer"],
  });
  return (
    <SpaceBetween size="m">
      {failed ? <ProblemAlert error={failed} /> : null}
      <Container
        header={
          <Header variant="h2" actions={<Button loading={found.isFetching} onClick={() => void found.refetch()}>{t("testAgain")}</Button>}>
            {named.name}
          </Header>
        }
      >
        {found.isFetching ? (
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            <Spinner />
            <span role="status">{t("testing")}</span>
          </SpaceBetween>
        ) : found.isError ? (
          <ProblemAlert error={found.error} />
        ) : found.data ? (
          <CheckResult of={found.data} />
        ) : null}
      </Container>
      <CommandLine words={addingWords(body.provider, named, body.config ?? {}, Object.keys(body.secrets ?? {}))} />
    </SpaceBetween>
  );
}

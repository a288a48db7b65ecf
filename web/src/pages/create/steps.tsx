import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { useTerm, useTexts } from "../../i18n/use-texts";
import { Pairs } from "../../parts/acting/params-form";
import { plain } from "../../parts/plain";
import { ProblemAlert } from "../../parts/problem-alert";
import { Empty } from "../../parts/states";
import { Optional } from "../../parts/optional";
import { usePreferences } from "../../preferences/preferences";
import { useAccounts } from "../accounts/use-accounts";
import { ChoiceTable } from "./choice-table";
import { Price } from "./price";
import { elsewhere, type Form, type Several, type Single } from "./state";
import { texts } from "./texts";
import { type Choice, type Choices, fieldOf, listOf } from "./use-choices";

interface Props {
  form: Form;
  choices: Choices | undefined;
  onChange(form: Form): void;
}

export function WhereStep({ form, choices, onChange, error }: Props & { error: unknown }) {
  const t = useTexts(texts);
  const { language } = usePreferences();
  const found = useAccounts();
  const accounts = (found.data?.items ?? []).map((each) => ({
    value: each.name,
    label: plain(each.name),
    description: each.provider,
    ...(each.status === "paused" ? { disabled: true, disabledReason: t("pausedAccount") } : {}),
  }));
  const regions = choices?.regions.map(optionOf) ?? [];
  const projects = [{ value: "", label: t("anyProject") }, ...(choices?.projects.map(optionOf) ?? [])];
  const chinese = language === "zh-CN";
  if (found.data && accounts.length === 0) return <Empty title={t("noAccounts")} />;
  return (
    <Container>
      <SpaceBetween size="m">
        {found.isError ? <ProblemAlert error={found.error} onRetry={() => void found.refetch()} /> : null}
        {error ? <ProblemAlert error={error} /> : null}
        <One label={t("account")} hint={t("accountHint")} options={accounts} value={form.account} busy={found.isPending} onChange={(account) => onChange(elsewhere(form, { account }))} />
        {choices && !choices.allowed ? (
          <Alert type="info" header={t("mayNotHere")}>
            {plain((chinese ? choices.reason_zh : choices.reason) ?? "")} {plain((chinese ? choices.how_to_fix_zh : choices.how_to_fix) ?? "")}
          </Alert>
        ) : null}
        {choices?.allowed ? (
          <One label={t("region")} options={regions} value={form.region || (choices.region ?? "")} onChange={(region) => onChange(elsewhere(form, { region }))} />
        ) : null}
        {choices?.allowed && projects.length > 2 ? (
          <One label={t("project")} hint={t("projectHint")} options={projects} value={form.project} onChange={(project) => onChange(elsewhere(form, { project }))} />
        ) : null}
      </SpaceBetween>
    </Container>
  );
}

export function ImageStep({ form, onChange }: Props) {
  return <ChoiceTable filter form={form} param="image" chosen={one(form, "image")} onChoose={([image = ""]) => onChange(withSingle(form, { image }))} />;
}

/** By flavor where the cloud has some; by numbers where sizes are free. */
export function SizeStep({ form, choices, onChange }: Props) {
  const t = useTexts(texts);
  const flavors = choices ? listOf(choices, "flavor") : undefined;
  const free = !flavors || flavors.total === 0 || fieldOf(choices as Choices, "flavor")?.ignored;
  return (
    <SpaceBetween size="m">
      {free ? null : <ChoiceTable filter form={form} param="flavor" chosen={one(form, "flavor")} onChoose={([flavor = ""]) => onChange(withSingle(form, { flavor }))} />}
      <Container>
        <SpaceBetween size="m">
          {free ? <Amount name="vcpus" {...{ form, choices, onChange }} /> : null}
          {free ? <Amount name="memory_mib" {...{ form, choices, onChange }} /> : null}
          <Amount name="disk_gib" hint={t("diskHint")} {...{ form, choices, onChange }} />
        </SpaceBetween>
      </Container>
      <Price form={form} choices={choices} />
    </SpaceBetween>
  );
}

export function NetworkStep({ form, choices, onChange }: Props) {
  const several = (["networks", "security_groups"] as const).filter((name) => !isIgnored(choices, name));
  const single = (["keypair", "zone", "folder", "resource_pool", "datastore"] as const).filter((name) => choices && !isIgnored(choices, name) && (listOf(choices, name)?.total ?? 0) > 0);
  return (
    <SpaceBetween size="m">
      {several.map((name: Several) => (
        <ChoiceTable key={name} many form={form} param={name} chosen={form.several[name]} onChoose={(chosen) => onChange({ ...form, several: { ...form.several, [name]: chosen } })} />
      ))}
      {single.length > 0 && choices ? (
        <Container>
          <SpaceBetween size="m">
            {single.map((name) => (
              <Named key={name} name={name} {...{ form, choices, onChange }} />
            ))}
          </SpaceBetween>
        </Container>
      ) : null}
    </SpaceBetween>
  );
}

export function NameStep({ form, choices, onChange, userData, onUserData }: Props & { userData: string; onUserData(text: string): void }) {
  const t = useTexts(texts);
  const term = useTerm();
  return (
    <Container>
      <SpaceBetween size="m">
        <FormField label={t("name")} constraintText={t("nameHint")}>
          <Input value={form.single.name ?? ""} autoComplete={false} onChange={({ detail }) => onChange(withSingle(form, { name: detail.value }))} />
        </FormField>
        {isIgnored(choices, "tags") ? null : (
          <FormField label={<Optional>{term("param", "tags")}</Optional>} stretch>
            <Pairs value={form.tags} onChange={(tags) => onChange({ ...form, tags })} />
          </FormField>
        )}
        {isIgnored(choices, "user_data") ? null : (
          <FormField label={<Optional>{term("param", "user_data")}</Optional>} description={t("userDataHint")} stretch>
            <Textarea value={userData} rows={4} spellcheck={false} onChange={({ detail }) => onUserData(detail.value)} />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Named({ name, form, choices, onChange }: Props & { name: Single }) {
  const t = useTexts(texts);
  const term = useTerm();
  const { language } = usePreferences();
  const field = choices ? fieldOf(choices, name) : undefined;
  const options = (choices ? (listOf(choices, name)?.items ?? []) : []).map((each) => ({
    ...optionOf(each),
    ...(each.usable === false ? { disabled: true, disabledReason: plain((language === "zh-CN" ? each.reason_zh : each.reason) ?? "") } : {}),
  }));
  const all = field?.required ? options : [{ value: "", label: t("cloudChooses") }, ...options];
  return <One label={term("param", name)} options={all} value={form.single[name] ?? ""} optional={!field?.required} onChange={(value) => onChange(withSingle(form, { [name]: value }))} />;
}

function Amount({ name, form, choices, onChange, hint = "" }: Props & { name: Single; hint?: string }) {
  const term = useTerm();
  if (isIgnored(choices, name)) return null;
  const label = term("param", name);
  return (
    <FormField label={name === "disk_gib" ? <Optional>{label}</Optional> : label} description={hint}>
      <Input inputMode="numeric" value={form.single[name] ?? ""} onChange={({ detail }) => onChange(withSingle(form, { [name]: detail.value.replace(/\D/g, "") }))} />
    </FormField>
  );
}

interface OneProps {
  label: string;
  hint?: string;
  options: readonly SelectProps.Option[];
  value: string;
  busy?: boolean;
  optional?: boolean;
  onChange(value: string): void;
}

function One({ label, hint = "", options, value, busy = false, optional = false, onChange }: OneProps) {
  const t = useTexts(texts);
  return (
    <FormField label={optional ? <Optional>{label}</Optional> : label} description={hint}>
      <Select
        options={options}
        selectedOption={options.find((each) => each.value === value) ?? (value ? { value, label: plain(value) } : null)}
        placeholder={t("choose")}
        statusType={busy ? "loading" : "finished"}
        loadingText={t("loading")}
        filteringType={options.length > 8 ? "auto" : "none"}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

function optionOf(choice: Choice): SelectProps.Option {
  return { value: choice.native_id, label: plain(choice.name || choice.native_id), ...(choice.name && choice.name !== choice.native_id ? { description: plain(choice.native_id) } : {}) };
}

function one(form: Form, name: Single): string[] {
  const value = form.single[name];
  return value ? [value] : [];
}

function withSingle(form: Form, part: Partial<Record<Single, string>>): Form {
  return { ...form, single: { ...form.single, ...part } };
}

function isIgnored(choices: Choices | undefined, name: string): boolean {
  return Boolean(choices && (fieldOf(choices, name)?.ignored ?? true));
}

import { useState } from "react";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import type { Field, Pair, Value, Values, Wrong } from "./schema";
import { actingTexts } from "./texts";

export interface Offered {
  options: readonly SelectProps.Option[];
  busy: boolean;
}

interface Props {
  fields: readonly Field[];
  values: Values;
  wrong: Readonly<Record<string, Wrong>>;
  onChange(name: string, value: Value): void;
  /** What there is to choose from, where a parameter names something. */
  offered?: Readonly<Record<string, Offered>>;
}

/** A form drawn from the parameters of an action. */
export function ParamsForm({ fields, values, wrong, onChange, offered = {} }: Props) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const format = useFormat();
  return (
    <SpaceBetween size="m">
      {fields.map((field) => {
        const value = values[field.name] ?? field.initial;
        const label = term("param", field.name);
        const bounds = field.smallest !== undefined && field.largest !== undefined ? t("between", { from: format.number(field.smallest), to: format.number(field.largest) }) : "";
        const problem = wrong[field.name];
        // What is still empty is no mistake yet; the button says that it is needed.
        const error = problem && problem !== "required" ? t(problem) : "";
        if (field.type === "yes-no") {
          return (
            <Checkbox key={field.name} checked={value === true} onChange={({ detail }) => onChange(field.name, detail.checked)}>
              {label}
            </Checkbox>
          );
        }
        return (
          <FormField key={field.name} label={field.required || (field.type === "one-of" && field.initial !== "") ? label : <>{label} <i>– {t("optional")}</i></>} constraintText={field.type === "list" && !offered[field.name] ? t("commaSeparated") : bounds} errorText={error}>
            <Control field={field} value={value} offered={offered[field.name]} onChange={(next) => onChange(field.name, next)} />
          </FormField>
        );
      })}
    </SpaceBetween>
  );
}

interface ControlProps {
  field: Field;
  value: Value;
  offered: Offered | undefined;
  onChange(value: Value): void;
}

function Control({ field, value, offered, onChange }: ControlProps) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const text = typeof value === "string" ? value : "";
  if (field.type === "pairs") return <Pairs value={value as readonly Pair[]} onChange={onChange} />;
  if (field.type === "list") {
    const chosen = value as readonly string[];
    if (!offered) return <Several value={chosen} onChange={onChange} />;
    return (
      <Multiselect
        options={offered.options}
        selectedOptions={chosen.map((each) => offered.options.find((option) => option.value === each) ?? { value: each, label: each })}
        onChange={({ detail }) => onChange(detail.selectedOptions.flatMap((option) => (option.value ? [option.value] : [])))}
        {...searching(offered, t)}
      />
    );
  }
  if (field.type === "one-of" || offered) {
    const options = offered?.options ?? field.options.map((each) => ({ value: each, label: term("value", each) }));
    const all = field.required || !offered ? options : [{ value: "", label: t("leaveOpen") }, ...options];
    return (
      <Select
        options={all}
        selectedOption={all.find((each) => each.value === text) ?? null}
        placeholder={t("choose")}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
        {...(offered ? searching(offered, t) : {})}
      />
    );
  }
  if (field.type === "long") return <Textarea value={text} rows={5} spellcheck={false} onChange={({ detail }) => onChange(detail.value)} />;
  return (
    <Input
      value={text}
      autoComplete={false}
      {...(field.type === "number" ? { inputMode: "numeric" as const } : {})}
      onChange={({ detail }) => onChange(detail.value)}
    />
  );
}

/** What is typed stays as it is typed: a comma at its end separates what comes next. */
function Several({ value, onChange }: { value: readonly string[]; onChange(value: readonly string[]): void }) {
  const [typed, setTyped] = useState(value.join(", "));
  return (
    <Input
      value={typed}
      autoComplete={false}
      onChange={({ detail }) => {
        setTyped(detail.value);
        onChange(split(detail.value));
      }}
    />
  );
}

function searching(offered: Offered, t: (key: "finding" | "noneThere") => string) {
  return {
    statusType: offered.busy ? ("loading" as const) : ("finished" as const),
    loadingText: t("finding"),
    empty: t("noneThere"),
    filteringType: offered.options.length > 8 ? ("auto" as const) : ("none" as const),
  };
}

export function Pairs({ value, onChange }: { value: readonly Pair[]; onChange(value: readonly Pair[]): void }) {
  const t = useTexts(actingTexts);
  const changed = (at: number, part: Partial<Pair>) => onChange(value.map((pair, index) => (index === at ? { ...pair, ...part } : pair)));
  return (
    <AttributeEditor
      items={value}
      empty={t("noPairs")}
      addButtonText={t("addPair")}
      removeButtonText={t("removePair", { name: "" }).trim()}
      removeButtonAriaLabel={(pair) => t("removePair", { name: pair.key })}
      onAddButtonClick={() => onChange([...value, { key: "", value: "" }])}
      onRemoveButtonClick={({ detail }) => onChange(value.filter((_, index) => index !== detail.itemIndex))}
      definition={[
        { label: t("key"), control: (pair, at) => <Input value={pair.key} onChange={({ detail }) => changed(at, { key: detail.value })} /> },
        { label: t("value"), control: (pair, at) => <Input value={pair.value} onChange={({ detail }) => changed(at, { value: detail.value })} /> },
      ]}
    />
  );
}

export function split(text: string): string[] {
  return text.split(/[,，]/).map((each) => each.trim()).filter(Boolean);
}

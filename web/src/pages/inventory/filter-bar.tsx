import { useMemo, useState } from "react";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { FILTER } from "../../app/keys";
import { asked, queryOf } from "../../filters/tokens";
import { useFormat } from "../../i18n/format";
import type { TermGroup } from "../../i18n/terms";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { useCount } from "./count";
import type { State } from "./state";
import { texts } from "./texts";

type Operator = PropertyFilterProps.ComparisonOperator;
const EQUALS: readonly Operator[] = ["=", "!="];
const TEXT: readonly Operator[] = [":", "!:", "=", "!=", "^", "!^"];
const ORDER: readonly Operator[] = ["=", "!=", ">", ">=", "<", "<="];
const RANGE: readonly Operator[] = [">", ">=", "<", "<="];
/** Fields with few values, which the server counts. */
const COUNTED = ["kind", "state", "account", "provider", "ownership", "region", "zone", "project", "presence", "managed", "data_class", "owner"] as const;
const TYPED = ["name", "ip", "native_id", "native_state"] as const;
const TERMS: Record<string, TermGroup> = { kind: "kind", state: "state", presence: "presence", ownership: "ownership" };
const MOST_VALUES = 200;

interface Props {
  state: State;
  /** Whether the rows are there. */
  listed: boolean;
  onChange(change: { filter: string; search: string }): void;
}

export function FilterBar({ state, listed, onChange }: Props) {
  const t = useTexts(texts);
  const { count, busy } = useCount(state, listed);
  const [text, setText] = useState<string | null>(null);
  const query = useMemo(() => queryOf(state), [state]);
  const asText = text !== null || query === null;
  return (
    <div {...{ [FILTER]: "" }}>
      {asText ? (
        <TextFilter
          value={text ?? state.filter}
          forced={query === null}
          onApply={(filter) => {
            setText(null);
            onChange({ filter, search: state.search });
          }}
          onTokens={() => {
            setText(null);
            if (query === null) onChange({ filter: "", search: "" });
          }}
        />
      ) : (
        <TokenFilter
          query={query}
          count={t("matches", { n: count })}
          busy={busy}
          state={state}
          onChange={(changed) => onChange(asked(changed))}
          onText={() => setText(asked(query).filter)}
        />
      )}
      <span hidden>{t("filter")}</span>
    </div>
  );
}

interface TextProps {
  value: string;
  forced: boolean;
  onApply(filter: string): void;
  onTokens(): void;
}

function TextFilter({ value, forced, onApply, onTokens }: TextProps) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(value);
  return (
    <FormField label={t("filterText")} {...(forced ? { description: t("textOnly") } : {})} stretch>
      <SpaceBetween size="xs" direction="horizontal">
        <Input
          value={typed}
          ariaLabel={t("filterText")}
          placeholder={t("filterExample")}
          onChange={({ detail }) => setTyped(detail.value)}
          onKeyDown={({ detail }) => detail.key === "Enter" && onApply(typed)}
        />
        <Button onClick={() => onApply(typed)} variant="primary">
          {t("apply")}
        </Button>
        <Button onClick={onTokens}>{forced ? t("clear") : t("asTokens")}</Button>
      </SpaceBetween>
    </FormField>
  );
}

interface TokenProps {
  query: PropertyFilterProps.Query;
  count: string;
  busy: boolean;
  state: State;
  onChange(query: PropertyFilterProps.Query): void;
  onText(): void;
}

function TokenFilter({ query, count, busy, state, onChange, onText }: TokenProps) {
  const t = useTexts(texts);
  const [field, setField] = useState("");
  const options = useOptions(field, state.asOf);
  const properties = useProperties(query);
  const some = (query.tokenGroups ?? query.tokens).length > 0;
  return (
    <PropertyFilter
      query={query}
      onChange={({ detail }) => onChange({ tokens: detail.tokens, operation: detail.operation, ...(detail.tokenGroups ? { tokenGroups: detail.tokenGroups } : {}) })}
      enableTokenGroups
      expandToViewport
      filteringProperties={properties}
      filteringOptions={options.items}
      filteringStatusType={options.status}
      onLoadItems={({ detail }) => setField(detail.filteringProperty?.key ?? "")}
      filteringAriaLabel={t("filter")}
      filteringPlaceholder={t("find")}
      countText={some && !busy ? count : ""}
      customControl={
        <Button iconName="edit" variant="icon" ariaLabel={t("asText")} onClick={onText} />
      }
      i18nStrings={{ clearAriaLabel: t("clear") }}
    />
  );
}

function useProperties(query: PropertyFilterProps.Query): PropertyFilterProps.FilteringProperty[] {
  const t = useTexts(texts);
  const term = useTerm();
  return useMemo(() => {
    const one = (key: string, label: string, operators: readonly Operator[]) => {
      const group = TERMS[key];
      // Tokens are written as the table writes their values.
      const spoken = group && { format: (value: unknown) => term(group, String(value)) };
      return {
        key,
        propertyLabel: label,
        groupValuesLabel: t("values", { field: label }),
        operators: spoken ? operators.map((operator) => ({ operator, ...spoken })) : operators,
        defaultOperator: operators[0] ?? "=",
      };
    };
    const known = [
      ...COUNTED.map((key) => one(key, t(key), [...EQUALS, ":", "!:"] as const)),
      ...TYPED.map((key) => one(key, key === "native_id" || key === "native_state" || key === "ip" ? t(key) : t("name"), TEXT)),
      one("vcpus", t("vcpus"), ORDER),
      one("memory_mib", t("memoryMib"), ORDER),
      one("created_at", t("created_at"), RANGE),
    ];
    const names = new Set(known.map((each) => each.key));
    // The language has more fields than this list, such as `tags.env`: what the address names can be shown as well.
    const tokens = (query.tokenGroups ?? query.tokens).flatMap((each) => ("tokens" in each ? each.tokens : [each]));
    const more = [...new Set(tokens.map((token) => (token as PropertyFilterProps.Token).propertyKey ?? ""))];
    return [...known, ...more.filter((key) => key && !names.has(key)).map((key) => one(key, key, [...TEXT, ...RANGE]))];
  }, [query, t, term]);
}

function useOptions(field: string, asOf: string): { items: PropertyFilterProps.FilteringOption[]; status: "pending" | "loading" | "finished" | "error" } {
  const term = useTerm();
  const format = useFormat();
  const counted = (COUNTED as readonly string[]).includes(field);
  const found = useQuery({
    queryKey: ["resources", "values", field, asOf],
    enabled: counted,
    queryFn: ({ signal }) =>
      get("/api/v1/resources/facets", { query: { fields: field, top: MOST_VALUES, ...(asOf ? { as_of: asOf } : {}) }, signal }),
  });
  const group = TERMS[field];
  const items = (found.data?.facets[field]?.values ?? [])
    .filter((each) => each.value !== null)
    .map((each) => ({
      propertyKey: field,
      value: each.value ?? "",
      label: group ? term(group, each.value) : (each.value ?? ""),
      description: format.number(each.count),
    }));
  return { items, status: !counted ? "finished" : found.isError ? "error" : found.isPending ? "loading" : "finished" };
}


import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Button from "@cloudscape-design/components/button";
import { useQuery } from "@tanstack/react-query";

import { get } from "../api/client";
import { useTerm, useTexts } from "../i18n/use-texts";
import { FreshnessLine } from "./freshness";
import { governingTexts } from "./governing-texts";
import { Inside } from "./links";
import { Name } from "./name";
import { Shown } from "./states";
import { useFormat } from "../i18n/format";

const SHOWN = 10;
// In the filter language, the same in every language.
const EXAMPLE = 'account = "lab" AND state = "running"';

interface Props {
  value: string;
  label: string;
  onChange(value: string): void;
}

/** A filter of the shared language as a text that is sent when somebody says so, as a half of one is none. */
export function FilterField({ value, label, onChange }: Props) {
  const t = useTexts(governingTexts);
  const [typed, setTyped] = useState(value);
  return (
    <FormField label={label} stretch secondaryControl={<Button formAction="none" disabled={typed === value} onClick={() => onChange(typed)}>{t("look")}</Button>}>
      <Input
        value={typed}
        placeholder={EXAMPLE}
        onChange={({ detail }) => setTyped(detail.value)}
        onBlur={() => onChange(typed)}
        onKeyDown={(event) => {
          if (event.detail.key !== "Enter") return;
          event.preventDefault();
          onChange(typed);
        }}
      />
    </FormField>
  );
}

/** How many resources a filter finds now, how old that is, and the first of them. */
export function WhatFits({ filter, kind }: { filter: string; kind: string }) {
  const t = useTexts(governingTexts);
  const term = useTerm();
  const format = useFormat();
  // Actions are for one kind of resource; others that the filter finds are no targets.
  const narrowed = kind ? `kind = "${kind}" AND (${filter})` : filter;
  const query = { filter: narrowed };
  const counted = useQuery({
    queryKey: ["resources", "fits", "count", narrowed],
    enabled: filter.trim() !== "",
    retry: false,
    queryFn: ({ signal }) => get("/api/v1/resources/count", { query, signal }),
  });
  const found = useQuery({
    queryKey: ["resources", "fits", "list", narrowed],
    enabled: filter.trim() !== "" && counted.isSuccess,
    queryFn: ({ signal }) => get("/api/v1/resources", { query: { ...query, limit: SHOWN, columns: "id,name,state,account" }, signal }),
  });
  if (!filter.trim()) return <Box color="text-body-secondary">{t("typeFilter")}</Box>;
  return (
    <Shown of={counted}>
      {(counts) => (
        <>
          <div>
            <strong>{t("fitNow", { n: format.atLeast(counts.count, counts.at_least) })}</strong> <FreshnessLine of={counts.freshness} />
          </div>
          <ul>
            {(found.data?.items ?? []).map((each) => (
              <li key={each.id}>
                <Inside href={`/inventory?id=${each.id}`}>
                  <Name of={each.name || each.id} />
                </Inside>{" "}
                · {each.account} · {term("state", each.state)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Shown>
  );
}

import { useDeferredValue, useMemo, useState } from "react";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import type { Operation } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { FormDialog } from "../form-dialog";
import { plain } from "../plain";
import { wordToType } from "../typed-name";
import { Outcomes } from "./outcomes";
import { ParamsForm } from "./params-form";
import { PlanDialog } from "./plan-dialog";
import { Previewing, PreviewOf } from "./preview";
import { fieldsOf, initialValues, paramsOf, type Value, wrongIn } from "./schema";
import { askAll, beltOf, nameOf, previewAll, readLimits, type Target, type Told } from "./targets";
import { actingTexts } from "./texts";
import { useOffered } from "./use-offered";
import { actingWords } from "./words";

export interface Wanted {
  action: string;
  destructive: boolean;
  params: unknown;
  targets: readonly Target[];
}

/** One action on one resource or several: what would be done first, then what becomes of it. Too many become a plan. */
export function ActDialog({ wanted, onClose }: { wanted: Wanted; onClose(): void }) {
  const limits = useQuery({ queryKey: ["plans", "limits"], queryFn: ({ signal }) => readLimits(signal), enabled: wanted.targets.length > 1 });
  const [told, setTold] = useState<readonly Told<Operation>[] | null>(null);
  if (told) return <After wanted={wanted} told={told} onRetry={setTold} onClose={onClose} />;
  const belt = limits.data ? beltOf(limits.data, wanted.destructive) : Infinity;
  if (wanted.targets.length > belt) return <PlanDialog wanted={wanted} belt={belt} onClose={onClose} />;
  return <Before wanted={wanted} onAsked={setTold} onClose={onClose} />;
}

function Before({ wanted, onAsked, onClose }: { wanted: Wanted; onAsked(told: readonly Told<Operation>[]): void; onClose(): void }) {
  const { action, targets, destructive } = wanted;
  const t = useTexts(actingTexts);
  const term = useTerm();
  const fields = useMemo(() => fieldsOf(wanted.params), [wanted.params]);
  const [values, setValues] = useState(() => initialValues(fields));
  const wrong = wrongIn(fields, values);
  const ready = Object.keys(wrong).length === 0;
  const params = useMemo(() => paramsOf(fields, values), [fields, values]);
  const looked = useDeferredValue(JSON.stringify(params));
  const ids = targets.map(({ id }) => id);
  const offered = useOffered(targets.length === 1 ? targets[0] : undefined, fields);
  const preview = useQuery({
    queryKey: ["preview", action, ids, looked],
    enabled: ready,
    // What was true a moment ago may not be now.
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: () => previewAll(action, targets, JSON.parse(looked) as Record<string, unknown>),
  });
  const allowed = (preview.data ?? []).filter(({ answer }) => answer).map(({ target }) => target);
  const asking = useAsking(action, params, onAsked);
  const [first] = targets;
  const unless = !ready ? t("fillIn") : !preview.data || looked !== JSON.stringify(params) ? t("previewing") : allowed.length === 0 ? t("noneAllowed") : "";
  const word = targets.length === 1 && first ? wordToType(first.name, first.id) : String(allowed.length);
  return (
    <FormDialog
      wide
      title={titleOf(t, term("action", action), targets)}
      submit={term("action", action)}
      busy={asking.isPending}
      error={asking.error ?? preview.error}
      unless={unless}
      command={actingWords(action, ids, params)}
      {...(destructive && allowed.length > 0 ? { confirm: word } : {})}
      onSubmit={() => asking.mutate(allowed)}
      onClose={onClose}
    >
      {fields.length > 0 ? (
        <ParamsForm fields={fields} values={values} wrong={wrong} offered={offered} onChange={(name: string, value: Value) => setValues((before) => ({ ...before, [name]: value }))} />
      ) : null}
      {ready ? preview.data ? <PreviewOf told={preview.data} /> : preview.isFetching ? <Previewing /> : null : null}
    </FormDialog>
  );
}

function After({ wanted, told, onRetry, onClose }: { wanted: Wanted; told: readonly Told<Operation>[]; onRetry(told: readonly Told<Operation>[]): void; onClose(): void }) {
  const t = useTexts(actingTexts);
  const term = useTerm();
  const refused = told.filter(({ problem }) => problem).map(({ target }) => target);
  const [params] = told.flatMap(({ answer }) => (answer ? [answer.params] : []));
  const asking = useAsking(wanted.action, params ?? {}, (again) => onRetry([...told.filter(({ answer }) => answer), ...again]));
  return (
    <Modal
      visible
      size="large"
      header={titleOf(t, term("action", wanted.action), wanted.targets)}
      closeAriaLabel={t("close")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {refused.length > 0 && params ? (
              <Button loading={asking.isPending} onClick={() => asking.mutate(refused)}>
                {t("retryRefused")}
              </Button>
            ) : null}
            <Button variant="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {refused.length < told.length ? <Alert type="success">{t("asked")}</Alert> : null}
        <Outcomes told={told} />
      </SpaceBetween>
    </Modal>
  );
}

function useAsking(action: string, params: Record<string, unknown>, onAsked: (told: readonly Told<Operation>[]) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (targets: readonly Target[]) => askAll(action, targets, params),
    onSuccess: (told) => {
      onAsked(told);
      for (const key of ["operations", "resources"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

type Say = (key: "titleOne" | "titleMany", values: Record<string, string | number>) => string;

export function titleOf(t: Say, action: string, targets: readonly Target[]): string {
  const [first] = targets;
  return targets.length === 1 && first ? t("titleOne", { action, name: plain(nameOf(first)) }) : t("titleMany", { action, n: targets.length });
}

import { useState } from "react";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";

import { get, put } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useTexts } from "../../i18n/use-texts";
import { AllowedButton } from "../../parts/allowed-button";
import { Choice, Typed } from "../../parts/choice";
import { FormDialog } from "../../parts/form-dialog";
import { plain } from "../../parts/plain";
import { Empty, Shown } from "../../parts/states";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { type Tenant, useTenants } from "./page";
import { texts } from "./texts";
import { AMOUNTS, type Amount, limitsOf, type Money, moneyOf, shareOf, wordsOf } from "./limits";
import { Spending, type Spent } from "./spending";

/** What a limit of money adds to the API's shapes. */
type Limits = Schemas["Limits"] & { money_per_month?: Money | null };
type Usage = Schemas["Usage"] & { limits: Limits; money?: Spent | null };

export default function Quotas() {
  const t = useTexts(texts);
  const { set, value } = useAddress();
  const found = useTenants();
  return (
    <SpaceBetween size="m">
      <Header variant="h1" description={t("quotasHint")}>
        {t("quotas")}
      </Header>
      <Shown of={found}>
        {({ items }) => {
          const tenant = items.find((each) => each.id === value("tenant")) ?? items[0];
          if (!tenant) return <Empty title={t("none")} />;
          return (
            <SpaceBetween size="m">
              <Choice label={t("tenant")} value={tenant.id} options={items.map((each) => ({ value: each.id, label: plain(each.path) }))} onChange={(to) => set({ tenant: to })} />
              <OfTenant key={tenant.id} tenant={tenant} />
            </SpaceBetween>
          );
        }}
      </Shown>
    </SpaceBetween>
  );
}

function OfTenant({ tenant }: { tenant: Tenant }) {
  const t = useTexts(texts);
  const format = useFormat();
  const [setting, setSetting] = useState(false);
  const found = useQuery({
    queryKey: ["resources", "usage", tenant.id],
    queryFn: async ({ signal }): Promise<Usage> => get("/api/v1/tenants/{tenant}/usage", { path: { tenant: tenant.id }, signal }),
  });
  const written = (name: Amount, n: number) => (name === "memory_mib" ? format.memory(n) : name === "storage_gib" ? format.memory(n * 1024) : format.number(n));
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <AllowedButton permission="quota.write" unless={found.data ? "" : "–"} onClick={() => setSetting(true)}>
              {t("setLimits")}
            </AllowedButton>
          }
        >
          {plain(tenant.path)}
        </Header>
      }
    >
      <Shown of={found}>
        {(usage) => (
          <>
            <KeyValuePairs
              columns={4}
              items={[...AMOUNTS.map((name) => {
                const [used, reserved, unknown] = [usage.used[name] ?? 0, usage.reserved[name] ?? 0, usage.unknown[name] ?? 0];
                const limit = usage.limits[name];
                return {
                  label: t(name),
                  value: (
                    <SpaceBetween size="xxs">
                      <div>
                        {t("used")}: {unknown > 0 ? "≥ " : ""}
                        {written(name, used)}
                      </div>
                      {limit == null ? (
                        <Box color="text-body-secondary">{t("noLimit")}</Box>
                      ) : (
                        <ProgressBar
                          {...(used + reserved > limit ? { status: "error", resultText: t("over", { limit: written(name, limit) }) } : {})}
                          value={shareOf(used + reserved, limit)} description={`${t("limit")}: ${written(name, limit)}`} ariaLabel={t(name)} />
                      )}
                      {reserved > 0 ? (
                        <div>
                          {t("reserved")}: {written(name, reserved)}
                        </div>
                      ) : null}
                      {unknown > 0 ? <Box color="text-status-warning">{t("unknown", { n: unknown })}</Box> : null}
                    </SpaceBetween>
                  ),
                };
              }), { label: t("moneyPerMonth"), value: <Spending limit={usage.limits.money_per_month ?? null} spent={usage.money ?? null} /> }]}
            />
            {setting ? <SetLimits tenant={tenant} limits={usage.limits} onClose={() => setSetting(false)} /> : null}
          </>
        )}
      </Shown>
    </Container>
  );
}

function SetLimits({ tenant, limits, onClose }: { tenant: Tenant; limits: Limits; onClose(): void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState<Record<Amount, string>>({
    instances: String(limits.instances ?? ""),
    vcpus: String(limits.vcpus ?? ""),
    memory_mib: String(limits.memory_mib ?? ""),
    storage_gib: String(limits.storage_gib ?? ""),
  });
  const [money, setMoney] = useState({ amount: limits.money_per_month?.amount ?? "", currency: limits.money_per_month?.currency ?? "" });
  const counted = limitsOf(typed);
  const paid = moneyOf(money.amount, money.currency);
  const wanted: Limits | null = counted && paid !== undefined ? { ...counted, money_per_month: paid } : null;
  const change = useChange({
    id: "limits",
    run: () => put("/api/v1/tenants/{tenant}/quota", { path: { tenant: tenant.id }, body: wanted ?? {} }),
    touches: ["resources"],
    onDone: onClose,
    quiet: true,
  });
  const words = [...AMOUNTS.flatMap((name) => ["--limit", `${name}=${typed[name] || "none"}`]), ...wordsOf(paid ?? null)];
  const labels: Record<Amount, string> = { instances: t("instances"), vcpus: t("vcpus"), memory_mib: t("memoryMib"), storage_gib: t("storageGib") };
  return (
    <FormDialog title={t("limitsTitle", { name: plain(tenant.name) })} submit={t("setLimits")} busy={change.isPending} error={change.error} unless={wanted ? "" : counted ? t("moneyWrong") : t("limitWrong")} onSubmit={() => change.mutate()} onClose={onClose} command={["quota", "set", tenant.id, ...words]}>
      {AMOUNTS.map((name) => (
        <Typed key={name} label={labels[name]} hint={t("limitHint")} type="number" value={typed[name]} onChange={(to) => setTyped((before) => ({ ...before, [name]: to }))} />
      ))}
      <Typed label={t("moneyPerMonth")} hint={t("moneyLimitHint")} value={money.amount} onChange={(amount) => setMoney((before) => ({ ...before, amount }))} />
      <Typed label={t("moneyCurrency")} example="EUR" value={money.currency} onChange={(currency) => setMoney((before) => ({ ...before, currency }))} />
    </FormDialog>
  );
}

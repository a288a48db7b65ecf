import { useState } from "react";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import { useTexts } from "../../../i18n/use-texts";
import { Typed } from "../../../parts/choice";
import { thisMonth } from "../../../parts/money";
import { Editor } from "./editor";
import { texts } from "./texts";

const START = `apiVersion: mcm/v1
kind: RateCard
name: NAME
currency: CNY
accounts: [ACCOUNT]
assets:
  - {name: hosts, capex: 1440000, residual: 72000, life_months: 60, in_service_since: 2026-01, method: straight_line}
energy: {kw: 9.5, kw_idle: 6, pue: 1.45, tariff: 0.78}
staff: [{role: engineer, fte: 1.5, monthly: 28000}]
shares: {vcpu: 0.45, memory: 0.35, storage: {ssd: 0.2}}
capacity: {vcpu: measured, memory_gib: measured, storage_gib: {ssd: measured}}
overcommit: {vcpu: 4}
ha_reserve: {vcpu: 0.1, memory: 0.1}
utilisation: {vcpu: measured, memory: measured, storage: measured}
`;

export default function NewCostPool() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const [name, setName] = useState("");
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{t("newPool")}</Header>
      <Typed label={t("name")} value={name} onChange={setName} />
      <Editor name={name} start={START} month={thisMonth()} onSaved={() => void navigate(`/cost-pools/${encodeURIComponent(name)}`)} />
    </SpaceBetween>
  );
}

import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { get } from "../../api/client";
import { useSession } from "../../api/session";
import type { Account, OperationStatus } from "../../api/types";
import { useTexts } from "../../i18n/use-texts";
import { Inside } from "../../parts/links";
import { useAccounts } from "../accounts/use-accounts";
import { waitsFor } from "../plans/standing";
import { texts } from "./texts";

const MOST = 100;
const MOST_LINES = 8;
const OPEN = ["awaiting_approval", "approved", "draft"] as const;
const UNDER_WAY = new Set(["queued", "sent", "observed"]);

interface Line {
  id: string;
  type: StatusIndicatorProps.Type;
  text: string;
  href: string;
}

export function Waiting() {
  const t = useTexts(texts);
  const session = useSession();
  const may = session.may("operation.read");
  const accounts = useAccounts();
  const doubtful = useOperations("in_doubt", may);
  const recent = useOperations(null, may);
  const plans = useQuery({
    queryKey: ["plans", "open"],
    enabled: may,
    queryFn: ({ signal }) => get("/api/v1/plans", { query: { status: [...OPEN], limit: MOST }, signal }),
  });
  const lines: Line[] = [];
  const number = (n: number, key: "plansForYou" | "plansToApply" | "plansWait" | "inDoubt" | "underWay", type: Line["type"], href: string) => {
    if (n > 0) lines.push({ id: key, type, text: t(key, { n }), href });
  };
  const open = plans.data?.items ?? [];
  const yours = open.filter((plan) => waitsFor(plan, session) === "approve");
  const ready = open.filter((plan) => waitsFor(plan, session) === "apply");
  const others = open.filter((plan) => plan.status === "awaiting_approval" && !yours.includes(plan));
  const leads = (found: readonly { id: string }[]) => (found.length === 1 && found[0] ? `/plans/${found[0].id}` : "/plans");
  // What somebody is asked for comes before what is merely wrong.
  number(yours.length, "plansForYou", "warning", leads(yours));
  number(ready.length, "plansToApply", "pending", leads(ready));
  lines.push(...(accounts.data?.items ?? []).flatMap((each) => troubles(each, t)));
  const moving = recent.data?.items.filter((each) => UNDER_WAY.has(each.status)).length ?? 0;
  number(others.length, "plansWait", "pending", leads(others));
  number(doubtful.data?.items.length ?? 0, "inDoubt", "warning", "/operations?status=in_doubt");
  number(moving, "underWay", "in-progress", "/operations");
  const known = accounts.data && (!may || (plans.data && doubtful.data));
  return (
    <Container fitHeight header={<Header variant="h2">{t("waiting")}</Header>}>
      {lines.length > 0 ? (
        <SpaceBetween size="xs">
          {lines.slice(0, MOST_LINES).map((line) => (
            <StatusIndicator key={line.id} type={line.type}>
              <span className="console-words">
                <Inside href={line.href}>{line.text}</Inside>
              </span>
            </StatusIndicator>
          ))}
        </SpaceBetween>
      ) : (
        <Box color="text-status-inactive">{known ? t("nothingWaits") : "–"}</Box>
      )}
    </Container>
  );
}

function useOperations(status: OperationStatus | null, may: boolean) {
  return useQuery({
    queryKey: ["operations", "overview", status],
    enabled: may,
    queryFn: ({ signal }) => get("/api/v1/operations", { query: { limit: MOST, ...(status ? { status: [status] } : {}) }, signal }),
  });
}

function troubles(account: Account, t: ReturnType<typeof useTexts<keyof typeof texts>>): Line[] {
  const href = `/accounts/${encodeURIComponent(account.name)}`;
  const by = account.scopes as Record<string, number>;
  const { name } = account;
  if (account.status === "failing") return [{ id: `failing ${name}`, type: "error", text: t("failing", { name }), href }];
  const lines: Line[] = [];
  const [failing = 0, quarantined = 0] = [by["failing"], by["quarantined"]];
  if (quarantined) lines.push({ id: `quarantined ${name}`, type: "warning", text: t("quarantined", { name, n: quarantined }), href });
  if (failing) lines.push({ id: `reads ${name}`, type: "warning", text: t("failingReads", { name, n: failing }), href });
  return lines;
}

import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";

import { get, post } from "../../api/client";
import { useSession } from "../../api/session";
import type { AccountDetail } from "../../api/types";
import { useFlashes } from "../../app/flashes";
import { condition } from "../../filters/tokens";
import { useFormat } from "../../i18n/format";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Copyable } from "../../parts/copyable";
import { Age } from "../../parts/freshness";
import { Name } from "../../parts/name";
import { ProblemAlert } from "../../parts/problem-alert";
import { SaidOf } from "../../parts/said";
import { Shown } from "../../parts/states";
import { Status } from "../../parts/status";
import { AccountMenu } from "./account-menu";
import { Ledger } from "./ledger";
import { Scopes } from "./scopes";
import { texts } from "./texts";
import { isIncomplete, placeOf, scopesOf } from "./use-accounts";

export default function AccountPage() {
  const { account: name = "" } = useParams();
  const found = useQuery({
    queryKey: ["accounts", "one", name],
    queryFn: ({ signal }) => get("/api/v1/accounts/{name}", { path: { name }, signal }),
  });
  return <Shown whole of={found}>{(account) => <Known account={account} />}</Shown>;
}

function Known({ account }: { account: AccountDetail }) {
  const t = useTexts(texts);
  const term = useTerm();
  const format = useFormat();
  const navigate = useNavigate();
  const inventory = `/inventory?filter=${encodeURIComponent(condition("account", "=", account.name))}`;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              href={inventory}
              onFollow={(event) => {
                event.preventDefault();
                void navigate(inventory);
              }}
            >
              {t("inventory")}
            </Button>
            <AccountMenu account={account} />
            <ReadNow name={account.name} />
          </SpaceBetween>
        }
      >
        <Name of={account.name} />
      </Header>
      {account.status === "failing" ? (
        <div data-tour="failing">
          <Alert type="error" header={t("failing")}>
            <SpaceBetween size="xs">
              <SaidOf fault={{ code: account.error_code, message: account.error_message }} whole />
              {account.failing_since ? <div>{t("failingSince", { at: format.instant(account.failing_since) })}</div> : null}
            </SpaceBetween>
          </Alert>
        </div>
      ) : null}
      {account.status === "paused" ? <Alert type="info">{t("paused")}</Alert> : null}
      {account.status === "ok" && scopesOf(account).troubled > 0 ? <Alert type="warning">{t("troubled")}</Alert> : null}
      {account.partial ? <Alert type="info">{t("partial")}</Alert> : null}
      <Container header={<Header variant="h2">{t("trust")}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: t("status"), value: <Status group="account" word={account.status} /> },
            { label: t("asOf"), value: <Age at={account.as_of} /> },
            { label: t("resources"), value: format.atLeast(account.resources, isIncomplete(account)) },
            { label: t("checked"), value: <Age at={account.checked_at} /> },
            { label: t("provider"), value: account.provider },
            { label: t("ownership"), value: term("ownership", account.ownership) },
            { label: t("place"), value: placeOf(account) || "–" },
            { label: t("created"), value: <Age at={account.created_at} /> },
            { label: t("realm"), value: account.realm ? <Copyable value={account.realm} /> : "–" },
            {
              label: t("labels"),
              value:
                account.labels.length === 0 ? (
                  "–"
                ) : (
                  <SpaceBetween direction="horizontal" size="xxs">
                    {account.labels.map((label) => (
                      <Badge key={label}>{label}</Badge>
                    ))}
                  </SpaceBetween>
                ),
            },
          ]}
        />
      </Container>
      <Scopes scopes={account.scope_list} />
      <Ledger account={account.name} />
    </SpaceBetween>
  );
}

function ReadNow({ name }: { name: string }) {
  const t = useTexts(texts);
  const session = useSession();
  const queries = useQueryClient();
  const flashes = useFlashes();
  const may = session.may("sync.run");
  const asking = useMutation({
    mutationFn: () => post("/api/v1/sync/requests", { body: { accounts: [name], kinds: [], full: false } }),
    onSuccess: () => {
      flashes.show({ id: `read ${name}`, type: "info", content: t("asked", { name }) });
      void queries.invalidateQueries({ queryKey: ["runs"] });
    },
    onError: (error) => flashes.show({ id: `read ${name}`, type: "error", content: <ProblemAlert error={error} /> }),
  });
  return (
    <Button
      variant="primary"
      loading={asking.isPending}
      disabled={!may}
      {...(may ? {} : { disabledReason: t("mayNot", { permission: "sync.run" }) })}
      onClick={() => asking.mutate()}
    >
      {t("readNow")}
    </Button>
  );
}

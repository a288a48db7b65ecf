import { useEffect, useState } from "react";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useQuery } from "@tanstack/react-query";
import { NavigationType, useNavigate, useNavigationType, useSearchParams } from "react-router";

import { post } from "../../api/client";
import type { Operation } from "../../api/types";
import { useTerm, useTexts } from "../../i18n/use-texts";
import { Running, useOperation } from "../../parts/acting/outcomes";
import type { Preview } from "../../parts/acting/targets";
import { plain } from "../../parts/plain";
import { Shown } from "../../parts/states";
import { useSteps, useWizardWords } from "../../parts/stepping";
import { useAddress } from "../../parts/use-address";
import { useChange } from "../../parts/use-change";
import { Review } from "./review";
import { addressOfForm, type Form, formOf, paramsOfForm } from "./state";
import { ImageStep, NameStep, NetworkStep, SizeStep, WhereStep } from "./steps";
import { texts } from "./texts";
import { ACTION, type Choices, ignoredIn, useChoices } from "./use-choices";

const LAST = 5;

export default function CreateInstance() {
  const { value } = useAddress();
  const operation = value("operation");
  return operation ? <Started id={operation} /> : <Filling />;
}

function Filling() {
  const t = useTexts(texts);
  const term = useTerm();
  const words = useWizardWords();
  const navigate = useNavigate();
  const { set } = useAddress();
  const [params, setParams] = useSearchParams();
  const [userData, setUserData] = useState("");
  const [form, setForm] = useForm(params);
  const found = useChoices(form);
  const choices = form.account && !found.isPlaceholderData ? found.data : undefined;
  const known = choices ?? (form.account ? found.data : undefined);
  const given = paramsOfForm(form, ignoredIn(known), userData);
  const lacking = lackingIn(known, given, { t, term });
  // An address may hold a step that what it holds else does not reach; while that is not known yet it stays.
  const { step, go, forgive, error } = useSteps(lacking, { last: LAST, undecided: Boolean(form.account) && found.isPending });
  const region = form.region || (known?.region ?? "");
  const body = { action: ACTION, account: form.account, ...(region ? { region } : {}), params: given };

  const preview = useQuery({
    // Of the user data only how much it is: keys of queries are kept.
    queryKey: ["preview", ACTION, form, userData.length],
    enabled: step === LAST && Boolean(known),
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: async () => (await post("/api/v1/operations", { query: { dry_run: true }, body })) as Preview,
  });
  const creating = useChange({
    id: "creating",
    run: async () => (await post("/api/v1/operations", { body })) as Operation,
    touches: ["operations", "resources"],
    quiet: true,
    onDone: (operation) => set({ operation: operation.id, step: "" }),
  });

  function change(next: Form) {
    forgive();
    setForm(next);
    setParams((before) => addressOfForm(before, next), { replace: true });
  }

  const shared = { form, choices: known, onChange: change };
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{t("title")}</Header>
      <Wizard
        activeStepIndex={step}
        i18nStrings={words}
        submitButtonText={t("create")}
        isLoadingNextStep={creating.isPending}
        onCancel={() => void navigate("/inventory")}
        onSubmit={() => {
          if (preview.data && !preview.isError) creating.mutate();
        }}
        onNavigate={go}
        steps={[
          { title: t("stepWhere"), ...error, content: <WhereStep {...shared} choices={choices} error={found.error} /> },
          { title: t("stepImage"), ...error, content: <ImageStep {...shared} /> },
          { title: t("stepSize"), ...error, content: <SizeStep {...shared} /> },
          { title: t("stepNetwork"), ...error, content: <NetworkStep {...shared} /> },
          { title: t("stepName"), ...error, content: <NameStep {...shared} userData={userData} onUserData={setUserData} /> },
          { title: t("stepReview"), content: <Review form={form} choices={known} params={given} preview={preview} failed={creating.error} /> },
        ]}
      />
    </SpaceBetween>
  );
}

/** Typed into here first and into the address after it, which changes later than a key is pressed; going back goes back. */
function useForm(params: URLSearchParams) {
  const state = useState(() => formOf(params));
  const [, setForm] = state;
  const gone = useNavigationType() === NavigationType.Pop;
  useEffect(() => {
    if (gone) setForm(formOf(params));
  }, [gone, params, setForm]);
  return state;
}

interface Words {
  t: ReturnType<typeof useTexts<keyof typeof texts>>;
  term: ReturnType<typeof useTerm>;
}

/** What each step still needs, in its order; "" where nothing. */
function lackingIn(choices: Choices | undefined, given: Readonly<Record<string, unknown>>, { t, term }: Words): string[] {
  const needed = (names: readonly string[]) => {
    const without = names.filter((name) => given[name] === undefined && choices?.fields.find((field) => field.name === name)?.required);
    return without.length > 0 ? t("needsOne", { what: without.map((name) => term("param", name)).join(", ") }) : "";
  };
  const sized = given["flavor"] !== undefined || (given["vcpus"] !== undefined && given["memory_mib"] !== undefined);
  return [
    choices?.allowed && choices.region ? "" : t("chooseAccount"),
    needed(["image"]),
    sized ? "" : t("needsOne", { what: term("param", "flavor") }),
    needed(["networks", "security_groups", "keypair", "zone", "folder", "resource_pool", "datastore"]),
    given["name"] === undefined ? t("needsName") : "",
  ];
}

/** What becomes of it, live; the address is that of the operation and can be gone back to. */
function Started({ id }: { id: string }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { set } = useAddress();
  return (
    <Shown of={useOperation(id)}>
      {(operation) => (
        <SpaceBetween size="m">
          <Header variant="h1" description={t("goesOn")}>
            {t("asked", { name: plain(operation.resource_name) })}
          </Header>
          <Container>
            <Running started={operation} />
          </Container>
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => set({ operation: "", name: "", step: "5" })}>{t("another")}</Button>
            <Button variant="primary" onClick={() => void navigate("/inventory")}>
              {t("toInventory")}
            </Button>
          </SpaceBetween>
        </SpaceBetween>
      )}
    </Shown>
  );
}

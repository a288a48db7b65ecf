import { type FormEvent, useRef, useState, useSyncExternalStore } from "react";
import Button from "@cloudscape-design/components/button";
import Box from "@cloudscape-design/components/box";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueryClient } from "@tanstack/react-query";

import { post, setCsrfToken } from "../api/client";
import { gate } from "../api/gate";
import { SESSION_KEY, useSession } from "../api/session";
import { useTexts } from "../i18n/use-texts";
import { ProblemAlert } from "../parts/problem-alert";
import { useFirstFocus } from "../parts/use-first-focus";
import { texts } from "./texts";

/** Stands over whatever is open when a session ends, or when something needs the password once more. */
export function SignInDialog() {
  const wanted = useSyncExternalStore(gate.listen, gate.wanted);
  return wanted ? <Dialog key={wanted} confirming={wanted === "confirm"} /> : null;
}

function Dialog({ confirming }: { confirming: boolean }) {
  const t = useTexts(texts);
  const session = useSession();
  const queries = useQueryClient();
  const [name, setName] = useState(session.user);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const input = useRef<InputProps.Ref>(null);
  useFirstFocus(input);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const factor = code ? { code } : {};
      if (confirming) {
        const confirmed = await post("/api/v1/auth/confirm", { body: { password, ...factor } });
        setCsrfToken(confirmed["csrf_token"]);
      } else {
        const opened = await post("/api/v1/auth/login", { body: { name, password, ...factor } });
        setCsrfToken(opened.csrf_token);
        queries.setQueryData(SESSION_KEY, opened);
        // Somebody else may sit here now: nothing the former user saw may stay.
        if (opened.user_id !== session.user_id) queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      }
      gate.finish(true);
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  }

  return (
    <Modal
      visible
      onDismiss={() => gate.finish(false)}
      closeAriaLabel={t("close")}
      header={t(confirming ? "confirmTitle" : "endedTitle")}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Form
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={() => gate.finish(false)}>
                {t("cancel")}
              </Button>
              <Button variant="primary" loading={busy} formAction="submit">
                {t(confirming ? "confirm" : "signIn")}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="m">
            <Box>{t(confirming ? "confirmHint" : "endedHint")}</Box>
            {error ? <ProblemAlert error={error} /> : null}
            {confirming ? null : (
              <FormField label={t("user")}>
                <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete="username" />
              </FormField>
            )}
            <FormField label={t("password")}>
              <Input
                type="password"
                value={password}
                ref={input}
                autoComplete="current-password"
                onChange={({ detail }) => setPassword(detail.value)}
              />
            </FormField>
            <FormField label={t("codeOfSecondFactor")}>
              <Input value={code} onChange={({ detail }) => setCode(detail.value)} autoComplete="one-time-code" />
            </FormField>
            {confirming ? null : (
              <Link href="/login" target="_blank" external externalIconAriaLabel={t("opensInNewTab")}>
                {t("signInElsewhere")}
              </Link>
            )}
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}

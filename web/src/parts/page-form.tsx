import type { FormEvent, ReactNode } from "react";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";

import type { Permission } from "../api/session";
import { useTexts } from "../i18n/use-texts";
import { AllowedButton } from "./allowed-button";
import { governingTexts } from "./governing-texts";
import { ProblemAlert } from "./problem-alert";

interface Props {
  title: string;
  subtitle?: ReactNode;
  submit: string;
  permission: Permission;
  /** Why it cannot be sent yet. */
  unless: string;
  busy: boolean;
  error: unknown;
  /** Where giving up leads. */
  back: string;
  onSubmit(): void;
  /** Beside the button that sends. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page that is one form: what was typed stays when it fails, and what is lacking is said at the button. */
export function PageForm({ title, subtitle, submit, permission, unless, busy, error, back, onSubmit, actions, children }: Props) {
  const t = useTexts(governingTexts);
  const navigate = useNavigate();

  function sent(event: FormEvent) {
    event.preventDefault();
    if (!unless && !busy) onSubmit();
  }

  return (
    <form onSubmit={sent}>
      <Form
        header={<Header variant="h1" description={subtitle}>{title}</Header>}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={() => void navigate(back)}>
              {t("cancel")}
            </Button>
            {actions}
            <AllowedButton permission={permission} unless={unless} variant="primary" loading={busy}>
              {submit}
            </AllowedButton>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {error ? <ProblemAlert error={error} /> : null}
          {children}
        </SpaceBetween>
      </Form>
    </form>
  );
}

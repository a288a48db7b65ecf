import { type FormEvent, type ReactNode, useId, useState } from "react";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useTexts } from "../i18n/use-texts";
import { CommandLine } from "./command-line";
import { governingTexts } from "./governing-texts";
import { ProblemAlert } from "./problem-alert";

interface Props {
  title: string;
  submit: string;
  busy: boolean;
  error: unknown;
  onSubmit(): void;
  onClose(): void;
  children?: ReactNode;
  /** Why it cannot be sent yet. */
  unless?: string;
  command?: readonly string[];
  /** Must be typed before something is lost for good. */
  confirm?: string;
  wide?: boolean;
}

/** A dialog that asks and sends: what was typed stays when it fails, and Enter sends it. */
export function FormDialog({ title, submit, busy, error, onSubmit, onClose, children, unless = "", command, confirm, wide }: Props) {
  const t = useTexts(governingTexts);
  const id = useId();
  const [typed, setTyped] = useState("");
  const lacking = confirm !== undefined && typed !== confirm ? t("typeName", { name: confirm }) : unless;

  function sent(event: FormEvent) {
    event.preventDefault();
    if (!busy && !lacking) onSubmit();
  }

  return (
    <Modal
      visible
      size={wide ? "large" : "medium"}
      header={title}
      closeAriaLabel={t("closeDialog")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button
              variant="primary"
              form={id}
              loading={busy}
              disabled={lacking !== ""}
              {...(lacking ? { disabledReason: lacking } : {})}
            >
              {submit}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form id={id} onSubmit={sent}>
        <SpaceBetween size="m">
          {error ? <ProblemAlert error={error} /> : null}
          {children}
          {confirm === undefined ? null : (
            <FormField label={t("typeName", { name: confirm })}>
              <Input value={typed} autoComplete={false} onChange={({ detail }) => setTyped(detail.value)} />
            </FormField>
          )}
          {command ? <CommandLine words={["mcm", ...command]} /> : null}
        </SpaceBetween>
      </form>
    </Modal>
  );
}

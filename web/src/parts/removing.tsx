import type { ReactNode } from "react";

import { FormDialog } from "./form-dialog";
import { useChange } from "./use-change";

interface Props {
  /** Of the notice. */
  id: string;
  title: string;
  submit: string;
  /** What goes with it, and what stays. */
  what: ReactNode;
  said: string;
  run(): Promise<unknown>;
  /** First words of the keys of what is different now; none where the page itself goes. */
  touches: readonly string[];
  command: readonly string[];
  /** Must be typed before. */
  confirm?: string;
  onDone?(): void;
  onClose(): void;
}

/** Asks before something that mcm itself keeps is deleted. */
export function Removing({ id, title, submit, what, said, run, touches, command, confirm, onDone, onClose }: Props) {
  const change = useChange({
    id,
    run,
    said: () => said,
    touches,
    onDone: () => {
      onClose();
      onDone?.();
    },
    quiet: true,
  });
  return (
    <FormDialog
      title={title}
      submit={submit}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      command={command}
      {...(confirm === undefined ? {} : { confirm })}
    >
      {what}
    </FormDialog>
  );
}
